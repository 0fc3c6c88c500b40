// SPDX-License-Identifier: MIT
//
// Whether the logs of a database say what its rows are, whoever wrote them.
import type { PostgresCluster } from '../../support/postgres';

/** Rows that are not what the log says last of them, and ends of the log that have no row; nothing, if all is well. What a
 * marker stands for is not told row by row. */
export function wrongOf(cluster: PostgresCluster, table: string, database?: string): Promise<string> {
  return cluster.psql(
    `with marker as (
       select organization, max(seq) as seq from ablo.log where kind = 'resync' and model = '${table}' group by 1
     ), last as (
       select distinct on (l.organization, l.id) l.organization, l.id, l.after from ablo.log l
       left join marker m on m.organization = l.organization
       where l.kind = 'row' and l.model = '${table}' and l.seq > coalesce(m.seq, 0)
       order by l.organization, l.id, l.seq desc
     )
     select coalesce(l.organization, t.organization_id), coalesce(l.id, t.id)
     from last l full join ${table} t on t.organization_id = l.organization and t.id = l.id
     left join marker m on m.organization = t.organization_id
     where l.after is distinct from ablo.image_${table}(t.*) and not (l.id is null and m.seq is not null)
       and not (l.after is null and t.id is null)
     limit 5`, database);
}
