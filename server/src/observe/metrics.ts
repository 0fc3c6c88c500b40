// SPDX-License-Identifier: MIT
//
// Metrics: what is counted, as Prometheus reads it. The hub counts, the shell counts the rest; here it only gets names and
// units (docs/reference/metrics.md). No label ever carries an organization, an actor or anything else of a tenant.
import { collectDefaultMetrics, Registry, type Metric } from 'prom-client';
import type { CoreHistogram, Hub, HubFigures } from '../hub/hub';
import type { Database } from '../postgres/database';
import type { ShellCounts } from './shell-counts';

interface Value {
  value: number;
  labels?: Record<string, string | number>;
  metricName?: string;
}

type Read = () => Value[];

export interface MetricsSurroundings {
  hub: Hub;
  database: Database;
  counts: ShellCounts;
}

export class Metrics {
  readonly #registry = new Registry();
  #figures: HubFigures | undefined;

  constructor(private readonly around: MetricsSurroundings) {
    collectDefaultMetrics({ register: this.#registry });
    this.#ofHub();
    this.#ofShell();
  }

  get type(): string {
    return this.#registry.contentType;
  }

  text(): Promise<string> {
    this.#figures = this.around.hub.metrics();
    return this.#registry.metrics();
  }

  #ofHub(): void {
    const number = (name: string) => one(Number(this.#figures?.[name] ?? 0));
    const counted = (of: 'rejected' | 'refused' | 'limited', label: string) => labelled(this.#figures?.[of], label);
    const spread = (of: 'batchSizes' | 'commitTimes' | 'publishTimes', name: string, unit = 1) =>
      histogram(this.#figures?.[of], name, unit);
    const gauge = (name: string, help: string, figure: string) => this.#add('gauge', name, help, () => number(figure));
    const counter = (name: string, help: string, figure: string) => this.#add('counter', name, help, () => number(figure));
    const shape = (name: string, help: string, of: 'batchSizes' | 'commitTimes' | 'publishTimes', unit: number) =>
      this.#add('histogram', name, help, () => spread(of, name, unit));

    gauge('ablo_sockets', 'Sockets that are open', 'sockets');
    gauge('ablo_organizations', 'Organizations with something going on here', 'organizations');
    counter('ablo_commits_total', 'Commits that came', 'commits');
    this.#add('counter', 'ablo_commits_rejected_total', 'Commits that were rejected, by code', () => counted('rejected', 'code'));
    counter('ablo_commits_unanswered_total', 'Flights of commits given up, their outcome unknown', 'givenUp');
    counter('ablo_batches_total', 'Batches of commits sent to the database', 'batches');
    shape('ablo_batch_commits', 'Commits in a batch', 'batchSizes', 1);
    shape('ablo_commit_seconds', 'From a commit’s frame to its receipt', 'commitTimes', 1_000);
    shape('ablo_publish_lag_seconds', 'From a change in the database to its fan-out here', 'publishTimes', 1_000);
    gauge('ablo_behind_entries', 'Entries of a log not published yet: of the organization that has most', 'behind');
    gauge('ablo_commits_queued', 'Commits that wait for their batch', 'queued');
    gauge('ablo_database_calls', 'Calls of the hub without an answer', 'inFlight');
    gauge('ablo_database_calls_waiting', 'Of these, those that wait for a place', 'waitingCalls');
    counter('ablo_resumes_total', 'Clients that went on from their cursor', 'resumes');
    counter('ablo_loads_total', 'Clients that were sent everything they begin with', 'loads');
    this.#add('counter', 'ablo_refused_total', 'Requests and sockets the hub refused, by code', () => counted('refused', 'code'));
    this.#add('counter', 'ablo_limited_total', 'How often a limit was met, by limit', () => counted('limited', 'limit'));
  }

  #ofShell(): void {
    const { counts, database } = this.around;
    this.#add('counter', 'ablo_slow_readers_total', 'Sockets cut because they read too slowly', () => one(counts.slowReaders));
    this.#add('counter', 'ablo_core_stops_total', 'How often the core had to be built again', () => one(counts.coreStops));
    this.#add('counter', 'ablo_sockets_refused_total', 'Sockets refused at the door, by code', () => labelled(counts.refused, 'code'));
    this.#add('counter', 'ablo_http_answers_total', 'HTTP answers, by status', () => labelled(counts.answers, 'status'));
    if (!database.pool) return;
    this.#add('gauge', 'ablo_database_connections', 'Connections to the database, by state', () => {
      const { total, idle, waiting } = database.pool!();
      return labelled({ busy: total - idle, idle, waited_for: waiting }, 'state');
    });
  }

  /** What others count is read when it is asked for. */
  #add(type: string, name: string, help: string, read: Read): void {
    const get = async () => ({ name, help, type, values: read(), aggregator: 'sum' });
    this.#registry.registerMetric({ name, help, type, get } as unknown as Metric);
  }
}

function one(value: number): Value[] {
  return [{ value }];
}

function labelled(counts: Record<string, number> = {}, label: string): Value[] {
  return Object.entries(counts).map(([name, value]) => ({ value, labels: { [label]: name } }));
}

/** The core's counts are each of one bucket; Prometheus adds them up. */
function histogram(of: CoreHistogram | undefined, name: string, unit: number): Value[] {
  const { bounds, counts, sum } = of ?? { bounds: [], counts: [0], sum: 0 };
  let count = 0;
  const values: Value[] = counts.map((own, i) => {
    count += own;
    const le = i < bounds.length ? bounds[i]! / unit : '+Inf';
    return { metricName: `${name}_bucket`, labels: { le }, value: count };
  });
  return [...values, { metricName: `${name}_sum`, value: sum / unit }, { metricName: `${name}_count`, value: count }];
}
