use super::*;
use crate::store::database::tests::with_a_list;

/// Adds items with titles of one byte and notes of `bytes`.
async fn add(connection: &mut AnyConnection, numbers: [i64; 2], bytes: i64) {
    let statement = "insert into items
            (list_id, id, shortdesc, longdesc, position, version, created_at, updated_at)
        with recursive numbers (n) as
            (select $1 union all select n + 1 from numbers where n < $2)
        select $3, n, 'x', substr(hex(zeroblob($4)), 1, $4), 'a0', n, 0, 0 from numbers";
    let [first, last] = numbers;
    let inserted = sqlx::query(statement)
        .bind(first)
        .bind(last)
        .bind(Uuid::nil().to_string())
        .bind(bytes)
        .execute(connection)
        .await;
    inserted.expect("they are new");
}

async fn is_small(connection: &mut AnyConnection) -> bool {
    let is_small = are_small(connection, Uuid::nil()).await;
    is_small.expect("it can be read")
}

#[tokio::test]
async fn a_list_is_small_up_to_a_number_of_rows() {
    let (_folder, mut connection) = with_a_list().await;
    add(&mut connection, [1, SMALL_ROWS], 0).await;
    assert!(is_small(&mut connection).await);
    add(&mut connection, [SMALL_ROWS + 1; 2], 0).await;
    assert!(!is_small(&mut connection).await);
}

#[tokio::test]
async fn a_list_is_small_up_to_a_size_of_its_texts() {
    let (_folder, mut connection) = with_a_list().await;
    add(&mut connection, [1; 2], SMALL_BYTES - 1).await;
    assert!(is_small(&mut connection).await);
    add(&mut connection, [2; 2], 0).await;
    assert!(!is_small(&mut connection).await);
}
