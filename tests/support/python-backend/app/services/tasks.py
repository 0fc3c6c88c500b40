# SPDX-License-Identifier: MIT
"""The service the backend had before Ablo: tasks in SQLite, and one transaction for a batch of operations."""
import json
import os
import sqlite3

database = sqlite3.connect(os.environ["TASKS_DATABASE"], isolation_level=None)
database.row_factory = sqlite3.Row
database.execute("create table if not exists tasks (id text primary key, title text not null, status text not null)")
database.execute("create table if not exists answered (client_tx_id text primary key, rows text not null)")


async def get_task(id):
    row = database.execute("select * from tasks where id = ?", [id]).fetchone()
    return dict(row) if row else None


async def list_tasks(query):
    rows = database.execute("select * from tasks order by id limit ?", [query.get("limit", -1)])
    return [dict(row) for row in rows]


async def apply_task_operations(operations, client_tx_id, scope):
    database.execute("begin immediate")
    try:
        answered = database.execute("select rows from answered where client_tx_id = ?", [client_tx_id]).fetchone()
        rows = json.loads(answered["rows"]) if answered else [await apply(operation) for operation in operations]
        if not answered:
            database.execute("insert into answered values (?, ?)", [client_tx_id, json.dumps(rows)])
        database.execute("commit")
        return rows
    except BaseException:
        database.execute("rollback")
        raise


async def apply(operation):
    id, given = operation["id"], operation.get("input", {})
    if operation["type"] == "CREATE":
        database.execute("insert into tasks values (?, ?, ?)", [id, given["title"], given["status"]])
    for name in ("title", "status"):
        if operation["type"] == "UPDATE" and name in given:
            database.execute(f"update tasks set {name} = ? where id = ?", [given[name], id])
    return await get_task(id)
