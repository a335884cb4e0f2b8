-- +goose Up
COMMENT ON TABLE onair.schema_version IS 'Which migrations of this schema have run; kept by goose.';
COMMENT ON COLUMN onair.schema_version.id IS 'Counts the rows.';
COMMENT ON COLUMN onair.schema_version.version_id IS 'Number of the migration.';
COMMENT ON COLUMN onair.schema_version.is_applied IS 'True when it was applied, false when it was taken back.';
COMMENT ON COLUMN onair.schema_version.tstamp IS 'When that happened.';

CREATE TABLE onair.platforms (
    id        text PRIMARY KEY,
    name      text NOT NULL,
    name_ko   text NOT NULL,
    home      text NOT NULL,
    colour    text NOT NULL,
    keep_days integer
);
COMMENT ON TABLE onair.platforms IS 'The sites that have live streams.';
COMMENT ON COLUMN onair.platforms.id IS 'Short name: chzzk, soop, twitch, youtube.';
COMMENT ON COLUMN onair.platforms.name IS 'Name in English.';
COMMENT ON COLUMN onair.platforms.name_ko IS 'Name in Korean.';
COMMENT ON COLUMN onair.platforms.home IS 'URL of the site.';
COMMENT ON COLUMN onair.platforms.colour IS 'Colour for charts, #rrggbb.';
COMMENT ON COLUMN onair.platforms.keep_days IS 'Days after which what the platform said must be gone unless it said it again (storage terms); null when the terms set no bound.';

CREATE TABLE onair.creators (
    id   text PRIMARY KEY,
    name text NOT NULL
);
COMMENT ON TABLE onair.creators IS 'People and teams that own channels on one or more platforms, as operators entered them.';
COMMENT ON COLUMN onair.creators.id IS 'The creator''s id in onair.';
COMMENT ON COLUMN onair.creators.name IS 'Name for people.';

CREATE TABLE onair.channels (
    platform    text NOT NULL,
    id          text NOT NULL,
    name        text,
    handle      text,
    country     text,
    description text,
    creator     text,
    seen_at     timestamptz,
    PRIMARY KEY (platform, id)
);
CREATE INDEX channels_creator ON onair.channels (creator) WHERE creator IS NOT NULL;
COMMENT ON TABLE onair.channels IS 'Who broadcasts: one row a channel of a platform.';
COMMENT ON COLUMN onair.channels.platform IS 'platforms.id.';
COMMENT ON COLUMN onair.channels.id IS 'The channel''s id at its platform.';
COMMENT ON COLUMN onair.channels.name IS 'Name as last shown; null when never shown or no longer kept.';
COMMENT ON COLUMN onair.channels.handle IS 'Handle without "@", where the platform has them.';
COMMENT ON COLUMN onair.channels.country IS 'ISO 3166-1 alpha-2, as the channel declares it.';
COMMENT ON COLUMN onair.channels.description IS 'What the channel says of itself, one line.';
COMMENT ON COLUMN onair.channels.creator IS 'creators.id, null when operators named none.';
COMMENT ON COLUMN onair.channels.seen_at IS 'When the platform last showed the channel (kept to the hour); null when only an operator named it.';

CREATE TABLE onair.broadcasts (
    platform      text NOT NULL,
    id            text NOT NULL,
    channel       text NOT NULL,
    title         text,
    category      text,
    lang          text,
    tags          text[] NOT NULL,
    started_at    timestamptz,
    first_seen_at timestamptz NOT NULL,
    last_seen_at  timestamptz NOT NULL,
    ended_at      timestamptz,
    end_reason    text,
    viewers       integer,
    adult         boolean NOT NULL,
    locked        boolean NOT NULL,
    official      boolean NOT NULL,
    url           text,
    PRIMARY KEY (platform, id)
) WITH (fillfactor = 70);
CREATE INDEX broadcasts_live ON onair.broadcasts (platform) WHERE ended_at IS NULL;
CREATE INDEX broadcasts_channel ON onair.broadcasts (platform, channel);
COMMENT ON TABLE onair.broadcasts IS 'Live sessions, with what was last said about each.';
COMMENT ON COLUMN onair.broadcasts.platform IS 'platforms.id.';
COMMENT ON COLUMN onair.broadcasts.id IS 'The session''s id at its platform: Chzzk liveId, SOOP broad_no, Twitch stream id, YouTube video id.';
COMMENT ON COLUMN onair.broadcasts.channel IS 'channels.id on the same platform.';
COMMENT ON COLUMN onair.broadcasts.title IS 'Title as last shown.';
COMMENT ON COLUMN onair.broadcasts.category IS 'Category in the platform''s own words, as last shown.';
COMMENT ON COLUMN onair.broadcasts.lang IS 'Declared language, lower-case primary subtag (ko).';
COMMENT ON COLUMN onair.broadcasts.tags IS 'Tags as last shown.';
COMMENT ON COLUMN onair.broadcasts.started_at IS 'Start as the platform says; null when it does not.';
COMMENT ON COLUMN onair.broadcasts.first_seen_at IS 'First observation.';
COMMENT ON COLUMN onair.broadcasts.last_seen_at IS 'Newest observation.';
COMMENT ON COLUMN onair.broadcasts.ended_at IS 'When it was found to be over; null while it is live.';
COMMENT ON COLUMN onair.broadcasts.end_reason IS 'What ended it: said, replaced, missing, unseen, silent (rules of the list); late: known only from pages that came late; gap: the log between was lost.';
COMMENT ON COLUMN onair.broadcasts.viewers IS 'Newest count; null when hidden.';
COMMENT ON COLUMN onair.broadcasts.adult IS 'For adults only.';
COMMENT ON COLUMN onair.broadcasts.locked IS 'Password or subscribers only.';
COMMENT ON COLUMN onair.broadcasts.official IS 'The platform marks the channel as official.';
COMMENT ON COLUMN onair.broadcasts.url IS 'Watch page.';

CREATE TABLE onair.observations (
    day         date NOT NULL,
    platform    text NOT NULL,
    broadcast   text NOT NULL,
    observed_at timestamptz NOT NULL,
    viewers     integer,
    category    text,
    seq         bigint NOT NULL,
    late        boolean NOT NULL,
    PRIMARY KEY (platform, broadcast, observed_at, day)
) PARTITION BY RANGE (day);
COMMENT ON TABLE onair.observations IS 'Every count that was ever read: what one answer of a platform said about one broadcast at one moment. One partition a Korean day: name the day in a query.';
COMMENT ON COLUMN onair.observations.day IS 'Korean day (Asia/Seoul) of observed_at; the partition.';
COMMENT ON COLUMN onair.observations.platform IS 'platforms.id.';
COMMENT ON COLUMN onair.observations.broadcast IS 'broadcasts.id on the same platform.';
COMMENT ON COLUMN onair.observations.observed_at IS 'When it was true: the log''s time less the age that the worker measured.';
COMMENT ON COLUMN onair.observations.viewers IS 'People watching; null when the platform or the streamer hides it.';
COMMENT ON COLUMN onair.observations.category IS 'Category at that moment in the platform''s own words.';
COMMENT ON COLUMN onair.observations.seq IS 'The log''s sequence of the page it stood in (requests.seq).';
COMMENT ON COLUMN onair.observations.late IS 'It came late, after an outage: it was not in the list of its time.';

CREATE TABLE onair.ranking (
    day       date NOT NULL,
    minute    timestamptz NOT NULL,
    place     smallint NOT NULL,
    platform  text NOT NULL,
    broadcast text NOT NULL,
    viewers   integer,
    PRIMARY KEY (minute, place, day)
) PARTITION BY RANGE (day);
COMMENT ON TABLE onair.ranking IS 'The first 500 broadcasts of every minute by viewers, as observed: before creators are joined and before labels and blocks. One partition a Korean day.';
COMMENT ON COLUMN onair.ranking.day IS 'Korean day (Asia/Seoul) of minute; the partition.';
COMMENT ON COLUMN onair.ranking.minute IS 'The minute of log time.';
COMMENT ON COLUMN onair.ranking.place IS 'Place, from 1.';
COMMENT ON COLUMN onair.ranking.platform IS 'platforms.id.';
COMMENT ON COLUMN onair.ranking.broadcast IS 'broadcasts.id on the same platform.';
COMMENT ON COLUMN onair.ranking.viewers IS 'Count that held as the minute ended; null when hidden: those come last.';

CREATE TABLE onair.requests (
    day         date NOT NULL,
    seq         bigint NOT NULL,
    observed_at timestamptz NOT NULL,
    platform    text NOT NULL,
    kind        text NOT NULL,
    worker      text NOT NULL,
    egress      text,
    region      text,
    status      smallint,
    error       text,
    latency_ms  bigint NOT NULL,
    cost_bucket text,
    cost_units  bigint NOT NULL,
    rows        integer NOT NULL,
    late        boolean NOT NULL,
    PRIMARY KEY (observed_at, seq, day)
) PARTITION BY RANGE (day);
COMMENT ON TABLE onair.requests IS 'What onair asked the platforms, one row a request (a page of the log), failed ones too. One partition a Korean day.';
COMMENT ON COLUMN onair.requests.day IS 'Korean day (Asia/Seoul) of observed_at; the partition.';
COMMENT ON COLUMN onair.requests.seq IS 'The log''s sequence of the page.';
COMMENT ON COLUMN onair.requests.observed_at IS 'When the answer came.';
COMMENT ON COLUMN onair.requests.platform IS 'platforms.id.';
COMMENT ON COLUMN onair.requests.kind IS 'What was asked: list, search, refresh, status, feed, channel.';
COMMENT ON COLUMN onair.requests.worker IS 'Name of the worker that asked.';
COMMENT ON COLUMN onair.requests.egress IS 'Label of the address that it left from.';
COMMENT ON COLUMN onair.requests.region IS 'Region of that address.';
COMMENT ON COLUMN onair.requests.status IS 'HTTP status; null when none came.';
COMMENT ON COLUMN onair.requests.error IS 'Class of the error (blocked, rate_limited, timeout, ...); null when it succeeded.';
COMMENT ON COLUMN onair.requests.latency_ms IS 'Milliseconds from request to last byte.';
COMMENT ON COLUMN onair.requests.cost_bucket IS 'Daily budget of the platform that it was charged to (YouTube: search, units); null when none.';
COMMENT ON COLUMN onair.requests.cost_units IS 'Units taken from that budget.';
COMMENT ON COLUMN onair.requests.rows IS 'Broadcasts in the answer.';
COMMENT ON COLUMN onair.requests.late IS 'The page came late, after an outage.';

CREATE TABLE onair.position (
    only_row      boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    stream_ns     bigint NOT NULL,
    virtual       boolean NOT NULL,
    seq           bigint NOT NULL,
    log_time      timestamptz,
    epoch_ns      bigint NOT NULL,
    epoch_rev     bigint NOT NULL,
    exported_at   timestamptz
);
INSERT INTO onair.position VALUES (true, 0, false, 0, NULL, 0, 0, NULL);
COMMENT ON TABLE onair.position IS 'How far the log is copied, and by whom: one row, written in the transaction of the rows themselves.';
COMMENT ON COLUMN onair.position.only_row IS 'Always true: there is one row.';
COMMENT ON COLUMN onair.position.stream_ns IS 'Which log: when its stream was created, nanoseconds since 1970; 0 before the first.';
COMMENT ON COLUMN onair.position.virtual IS 'The log belongs to a demo and runs on virtual time.';
COMMENT ON COLUMN onair.position.seq IS 'Last message of the log that is copied.';
COMMENT ON COLUMN onair.position.log_time IS 'The log''s time there: how fresh these tables are.';
COMMENT ON COLUMN onair.position.epoch_ns IS 'First half of the epoch of the hub that copies; an older one is refused.';
COMMENT ON COLUMN onair.position.epoch_rev IS 'Second half of it.';
COMMENT ON COLUMN onair.position.exported_at IS 'When the last transaction was made, by this server''s clock.';

CREATE TABLE onair.checkpoint (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    seq      bigint NOT NULL,
    image    bytea NOT NULL
);
ALTER TABLE onair.checkpoint ALTER COLUMN image SET STORAGE EXTERNAL;
COMMENT ON TABLE onair.checkpoint IS 'The list''s state at a position of the log at or before the copied one, from which the exporter goes on after a restart.';
COMMENT ON COLUMN onair.checkpoint.only_row IS 'Always true: there is one row.';
COMMENT ON COLUMN onair.checkpoint.seq IS 'Last message of the log in that state.';
COMMENT ON COLUMN onair.checkpoint.image IS 'The state in onair''s own form, with the identity of the log; for onair only.';

CREATE TABLE onair.exports_gaps (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    reason    text NOT NULL,
    stream_ns bigint NOT NULL,
    from_seq  bigint NOT NULL,
    to_seq    bigint NOT NULL,
    from_time timestamptz,
    to_time   timestamptz,
    noted_at  timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE onair.exports_gaps IS 'Where these tables are incomplete, or joined from two logs.';
COMMENT ON COLUMN onair.exports_gaps.id IS 'Counts the rows.';
COMMENT ON COLUMN onair.exports_gaps.reason IS 'expired: the export was away for longer than the log keeps; hole: the log lost messages; stream: another log took the old one''s place, rows seen in both are kept once; rewound: the log lost its end.';
COMMENT ON COLUMN onair.exports_gaps.stream_ns IS 'The log after the gap, as position.stream_ns.';
COMMENT ON COLUMN onair.exports_gaps.from_seq IS 'First message that is missing; for stream and rewound the first that would have come.';
COMMENT ON COLUMN onair.exports_gaps.to_seq IS 'Last message that is missing; 0 for stream and rewound, where nobody can tell.';
COMMENT ON COLUMN onair.exports_gaps.from_time IS 'Log time of the last message before the gap.';
COMMENT ON COLUMN onair.exports_gaps.to_time IS 'Log time of the first transaction after it; null until then.';
COMMENT ON COLUMN onair.exports_gaps.noted_at IS 'When the exporter noticed, by this server''s clock.';

-- +goose Down
DROP TABLE onair.exports_gaps, onair.checkpoint, onair.position, onair.requests, onair.ranking, onair.observations,
    onair.broadcasts, onair.channels, onair.creators, onair.platforms;
