//! What is deleted for good is erased from the database's files.

use super::{
    pruning::{DAY_MS, now, rename},
    *,
};
use crate::client::soon;

#[tokio::test]
async fn pruned_data_is_not_left_in_the_files() {
    let file = File::new();
    let tandem = file.open().await;
    let Links { token, .. } = new_list(&tandem).await;
    let doomed = new_list(&tandem).await;
    let (mut replica, mut other) = (Replica::new(), Replica::new());
    let secret = |n: usize| format!("a secret of mine, the {n}th");
    let notes = |n: usize| ItemPatch {
        longdesc: Some(Some(format!("{} {}", secret(n), "x".repeat(6_000)))),
        ..ItemPatch::default()
    };
    let ids: Vec<Uuid> = (0..50).map(|_| Uuid::now_v7()).collect();
    let creates = (0..).zip(&ids).map(|(n, id)| create_with(*id, &secret(n)));
    replica.push(&tandem, &token, creates).await.expect("taken");
    let noted = (0..).zip(&ids).map(|(n, id)| update(*id, notes(n)));
    replica.push(&tandem, &token, noted).await.expect("taken");
    let refused = [
        create_with(ids[0], &secret(0)),
        rename(Uuid::now_v7(), &secret(1)),
    ];
    replica.push(&tandem, &token, refused).await.expect("taken");
    let keep = [create("what stays")];
    replica.push(&tandem, &token, keep).await.expect("taken");
    let destroys = ids.iter().map(|id| Op::Destroy { id: *id });
    replica
        .push(&tandem, &token, destroys)
        .await
        .expect("taken");
    let creates = (50..90).map(|n| create(&secret(n)));
    other
        .push(&tandem, &doomed.token, creates)
        .await
        .expect("taken");
    let list = tandem
        .open_list(&doomed.token)
        .await
        .expect("there")
        .list
        .id;
    let destroy = [Op::Destroy { id: list }];
    other
        .push(&tandem, &doomed.token, destroy)
        .await
        .expect("taken");

    let found = || {
        let files = std::fs::read_dir(file.path().parent().expect("a folder")).expect("it is read");
        let bytes = files.map(|file| std::fs::read(file.expect("a file").path()).expect("bytes"));
        let is_there = |bytes: &Vec<u8>, text: &str| {
            bytes
                .windows(text.len())
                .any(|window| window == text.as_bytes())
        };
        let all: Vec<_> = bytes.collect();
        let has = |text: &str| all.iter().any(|bytes| is_there(bytes, text));
        (has("a secret of mine"), has("what stays"))
    };
    assert_eq!(
        found(),
        (true, true),
        "it is there as long as it can be restored"
    );
    while tandem
        .store()
        .prune(now() + 31 * DAY_MS)
        .await
        .expect("done")
        .more
    {}
    // Neither in the file nor in its log, while the database is open.
    soon("it is gone", async {
        while found().0 {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    })
    .await;
    assert_eq!(found(), (false, true));
    tandem.store().close().await;
    assert_eq!(found(), (false, true));
}
