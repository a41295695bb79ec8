//! The schema is the same on both engines: tables, columns, types, keys, indexes, references, triggers.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use sea_orm::ConnectionTrait as _;
use sea_orm::Statement;

use crate::testing::on_both;
use crate::{Result, Store};

/// What exists only where the other engine has no such thing: tables cannot be truncated on SQLite.
const ONLY_ON_POSTGRES: &str = "_is_not_emptied";

const SQLITE: &[&str] = &[
    "SELECT 'column ' || tables.name || '.' || columns.name || ' ' || columns.type || CASE columns.\"notnull\" WHEN 1 THEN ' not null' ELSE '' END
        || ' key ' || columns.pk AS line
     FROM sqlite_master AS tables JOIN pragma_table_info(tables.name) AS columns
     WHERE tables.type = 'table' AND tables.name NOT LIKE 'sqlite_%'",
    "SELECT 'index ' || tables.name || ' ' || CASE indexes.\"unique\" WHEN 1 THEN 'unique ' ELSE '' END || '(' ||
        (SELECT group_concat(name, ', ') FROM (SELECT name FROM pragma_index_info(indexes.name) ORDER BY seqno)) || ')' AS line
     FROM sqlite_master AS tables JOIN pragma_index_list(tables.name) AS indexes
     WHERE tables.type = 'table' AND indexes.origin <> 'pk'",
    "SELECT 'reference ' || tables.name || '.' || refs.\"from\" || ' -> ' || refs.\"table\" || '.' || refs.\"to\" AS line
     FROM sqlite_master AS tables JOIN pragma_foreign_key_list(tables.name) AS refs WHERE tables.type = 'table'",
    "SELECT 'trigger ' || tbl_name || ' ' || name AS line FROM sqlite_master WHERE type = 'trigger'",
];

const POSTGRES: &[&str] = &[
    "SELECT 'column ' || c.table_name || '.' || c.column_name || ' ' || c.data_type
        || CASE c.is_nullable WHEN 'NO' THEN ' not null' ELSE '' END || ' key ' || COALESCE(k.ordinal_position, 0) AS line
     FROM information_schema.columns AS c
     LEFT JOIN information_schema.table_constraints AS t
        ON t.table_schema = c.table_schema AND t.table_name = c.table_name AND t.constraint_type = 'PRIMARY KEY'
     LEFT JOIN information_schema.key_column_usage AS k
        ON k.constraint_name = t.constraint_name AND k.table_schema = t.table_schema AND k.column_name = c.column_name
     WHERE c.table_schema = 'public'",
    "SELECT 'index ' || t.relname || ' ' || CASE WHEN x.indisunique THEN 'unique ' ELSE '' END || '(' ||
        (SELECT string_agg(a.attname, ', ' ORDER BY p.n) FROM unnest(x.indkey) WITH ORDINALITY AS p(k, n)
            JOIN pg_attribute AS a ON a.attrelid = x.indrelid AND a.attnum = p.k) || ')' AS line
     FROM pg_index AS x JOIN pg_class AS t ON t.oid = x.indrelid JOIN pg_namespace AS s ON s.oid = t.relnamespace
     WHERE s.nspname = 'public' AND NOT x.indisprimary",
    "SELECT 'reference ' || f.relname || '.' || a.attname || ' -> ' || t.relname || '.' || b.attname AS line
     FROM pg_constraint AS c JOIN pg_class AS f ON f.oid = c.conrelid JOIN pg_class AS t ON t.oid = c.confrelid
        CROSS JOIN LATERAL unnest(c.conkey, c.confkey) AS pair(here, there)
        JOIN pg_attribute AS a ON a.attrelid = f.oid AND a.attnum = pair.here
        JOIN pg_attribute AS b ON b.attrelid = t.oid AND b.attnum = pair.there
     WHERE c.contype = 'f'",
    "SELECT 'trigger ' || c.relname || ' ' || g.tgname AS line
     FROM pg_trigger AS g JOIN pg_class AS c ON c.oid = g.tgrelid WHERE NOT g.tgisinternal",
];

async fn lines(store: &Store) -> Result<Vec<String>> {
    let (engine, queries) =
        (store.db.get_database_backend(), if store.engine() == "sqlite" { SQLITE } else { POSTGRES });
    let mut lines = Vec::new();
    for query in queries {
        for row in store.db.query_all_raw(Statement::from_string(engine, *query)).await? {
            lines.push(same_words(&row.try_get::<String>("", "line")?));
        }
    }
    lines.retain(|line| !line.ends_with(ONLY_ON_POSTGRES));
    lines.sort();
    Ok(lines)
}

/// The engines' names of the same types.
fn same_words(line: &str) -> String {
    line.replace(" BLOB", " bytea")
        .replace(" TEXT", " text")
        .replace(" BIGINT", " bigint")
        .replace(" BOOLEAN", " boolean")
}

#[test]
fn both_engines_have_one_schema() {
    let found = Arc::new(Mutex::new(BTreeMap::new()));
    on_both(|db| {
        let found = found.clone();
        async move {
            let store = db.open().await;
            let lines = lines(&store).await.unwrap();
            assert!(lines.iter().any(|line| line == "column accounts.login text not null key 0"), "{lines:#?}");
            assert!(lines.iter().any(|line| line == "trigger audit audit_is_not_changed"), "{lines:#?}");
            found.lock().unwrap().insert(store.engine(), lines);
        }
    });
    let found = found.lock().unwrap();
    if let (Some(sqlite), Some(postgres)) = (found.get("sqlite"), found.get("postgres")) {
        let only = |one: &[String], other: &[String]| {
            one.iter().filter(|line| !other.contains(line)).cloned().collect::<Vec<_>>()
        };
        assert_eq!((only(sqlite, postgres), only(postgres, sqlite)), (vec![], vec![]));
        assert!(sqlite.len() > 60, "{} lines", sqlite.len());
    }
}
