//! A replica taken apart and rebuilt.

use super::*;

#[test]
fn a_replica_is_rebuilt_as_it_was_its_pending_mutations_included() {
    let mut authority = sheet_with(&["do", "re"]);
    let mut replica = open(&authority, 1);
    for change in theirs(&mut authority, vec![destroy(1), title("Air")]) {
        replica.receive([change]);
    }
    replica
        .mutate(vec![create(3, "mi"), sing(2, "ra"), title("Aria")], 5)
        .unwrap();
    replica.next_push(1024).unwrap();

    let json = serde_json::to_string(&replica.to_stored()).unwrap();
    let stored: Stored<Sheet> = serde_json::from_str(&json).unwrap();
    let mut rebuilt = Replica::from_stored(stored.clone());
    assert_eq!(rebuilt.to_stored(), stored);
    assert!(rebuilt.ordered().eq(replica.ordered()));
    assert_eq!(rebuilt.get(SCORE), replica.get(SCORE));
    assert_eq!(
        (rebuilt.client_id(), rebuilt.cursor()),
        (client(1), Version(5))
    );

    rebuilt.mutate(vec![create(4, "fa")], 6).unwrap();
    let push = rebuilt.next_push(1024).unwrap();
    assert_eq!(
        push.mutations
            .iter()
            .map(|mutation| mutation.seq)
            .collect::<Vec<_>>(),
        [1, 2, 3, 4].map(Seq)
    );
    rebuilt.pushed(answer(&mut authority, &push));
    assert!(rebuilt.ordered().eq(authority.ordered()));
    let state = authority.client(client(1)).unwrap();
    assert_eq!((state.acked, &*state.rejected), (Seq(4), &[][..]));
}

#[test]
fn a_replica_of_an_empty_channel_can_be_kept_too() {
    let nothing = CatchUp {
        head: Version::ZERO,
        epoch: None,
        reset: false,
        changes: vec![],
    };
    let stored = Replica::<Tone>::new(client(1), nothing).to_stored();
    assert_eq!(Replica::from_stored(stored.clone()).to_stored(), stored);
}

#[test]
fn a_rebuilt_replica_goes_on_counting_where_it_was() {
    let mut authority = sheet();
    let mut replica = open(&authority, 1);
    replica
        .mutate(vec![create(1, "do"), create(2, "re")], 0)
        .unwrap();
    push_to(&mut authority, &mut replica);
    let mut rebuilt = Replica::from_stored(replica.to_stored());
    rebuilt.mutate(vec![create(3, "mi")], 0).unwrap();
    push_to(&mut authority, &mut rebuilt);
    assert_eq!(lyrics(authority.ordered()), "do re mi");
}

#[test]
fn a_rebuilt_replica_counts_on_behind_what_is_pending() {
    let mut replica = open(&sheet(), 1);
    replica
        .mutate(vec![create(1, "do"), create(2, "re")], 0)
        .unwrap();
    // Stored by itself, the number can be older than the outbox.
    let mut rebuilt = Replica::from_stored(Stored {
        next_seq: Seq(1),
        ..replica.to_stored()
    });
    rebuilt.mutate(vec![create(3, "mi")], 0).unwrap();
    let numbers: Vec<_> = rebuilt.pending_mutations().map(|it| it.seq).collect();
    assert_eq!(numbers, [1, 2, 3].map(Seq));
}
