-- +goose Up

-- Each count holds until the next one of its broadcast, but at most 20 minutes (the slowest sweep) and not beyond the
-- end. The first count of a day reaches back to midnight when the broadcast was on air before, the last one on to
-- midnight when it was after, so that the days of one broadcast add up to the whole. Quals on day pass through every
-- view down to the partitions: all windows are partitioned by it.
CREATE VIEW onair.broadcast_day AS
SELECT day, platform, broadcast,
    max(viewers) AS peak,
    sum(viewers * seconds) / nullif(sum(seconds) FILTER (WHERE viewers IS NOT NULL), 0) AS average,
    sum(viewers * seconds) / 3600 AS hours_watched,
    sum(seconds) / 3600 AS airtime_hours,
    coalesce(sum(seconds) FILTER (WHERE viewers IS NOT NULL), 0) / 3600 AS counted_hours,
    min(observed_at) AS first_at,
    max(observed_at) AS last_at,
    count(*) AS observations
FROM (
    SELECT day, platform, broadcast, viewers, observed_at,
        extract(epoch FROM greatest(until - since, interval '0'))::double precision AS seconds
    FROM (
        SELECT o.day, o.platform, o.broadcast, o.viewers, o.observed_at,
            CASE WHEN row_number() OVER w = 1 AND b.first_seen_at < o.day::timestamp AT TIME ZONE 'Asia/Seoul'
                THEN greatest(o.day::timestamp AT TIME ZONE 'Asia/Seoul', o.observed_at - interval '20 minutes')
                ELSE o.observed_at END AS since,
            least(o.observed_at + interval '20 minutes',
                coalesce(lead(o.observed_at) OVER w,
                    least((o.day + 1)::timestamp AT TIME ZONE 'Asia/Seoul', coalesce(b.ended_at, b.last_seen_at), o.observed_at + interval '20 minutes'))) AS until
        FROM onair.observations o
        LEFT JOIN onair.broadcasts b ON b.platform = o.platform AND b.id = o.broadcast
        WINDOW w AS (PARTITION BY o.day, o.platform, o.broadcast ORDER BY o.observed_at)
    ) spans
) timed
GROUP BY day, platform, broadcast;
COMMENT ON VIEW onair.broadcast_day IS 'What each broadcast reached on each Korean day. Name the day: WHERE day = ''2026-11-23''.';
COMMENT ON COLUMN onair.broadcast_day.day IS 'Korean day (Asia/Seoul).';
COMMENT ON COLUMN onair.broadcast_day.platform IS 'platforms.id.';
COMMENT ON COLUMN onair.broadcast_day.broadcast IS 'broadcasts.id on the same platform.';
COMMENT ON COLUMN onair.broadcast_day.peak IS 'Highest count; null when all were hidden.';
COMMENT ON COLUMN onair.broadcast_day.average IS 'Average viewers: hours watched by counted hours (airtime, where the count is shown).';
COMMENT ON COLUMN onair.broadcast_day.hours_watched IS 'Sum over time of the viewers, in hours; null when all were hidden.';
COMMENT ON COLUMN onair.broadcast_day.airtime_hours IS 'Hours on air, as observed.';
COMMENT ON COLUMN onair.broadcast_day.counted_hours IS 'Those of them during which the count was shown.';
COMMENT ON COLUMN onair.broadcast_day.first_at IS 'First observation of the day.';
COMMENT ON COLUMN onair.broadcast_day.last_at IS 'Last observation of the day.';
COMMENT ON COLUMN onair.broadcast_day.observations IS 'How many observations there are.';

CREATE VIEW onair.channel_day AS
SELECT d.day, d.platform, b.channel,
    c.name, c.creator,
    max(d.peak) AS peak,
    sum(d.hours_watched) / nullif(sum(d.counted_hours), 0) AS average,
    sum(d.hours_watched) AS hours_watched,
    sum(d.airtime_hours) AS airtime_hours,
    sum(d.counted_hours) AS counted_hours,
    min(d.first_at) AS first_at,
    max(d.last_at) AS last_at,
    count(*) AS broadcasts,
    sum(d.observations)::bigint AS observations
FROM onair.broadcast_day d
JOIN onair.broadcasts b ON b.platform = d.platform AND b.id = d.broadcast
LEFT JOIN onair.channels c ON c.platform = b.platform AND c.id = b.channel
GROUP BY d.day, d.platform, b.channel, c.name, c.creator;
COMMENT ON VIEW onair.channel_day IS 'What each channel reached on each Korean day: the figures that viewership sites show. Name the day.';
COMMENT ON COLUMN onair.channel_day.day IS 'Korean day (Asia/Seoul).';
COMMENT ON COLUMN onair.channel_day.platform IS 'platforms.id.';
COMMENT ON COLUMN onair.channel_day.channel IS 'channels.id on the same platform.';
COMMENT ON COLUMN onair.channel_day.name IS 'The channel''s name as last shown.';
COMMENT ON COLUMN onair.channel_day.creator IS 'creators.id, null when operators named none.';
COMMENT ON COLUMN onair.channel_day.peak IS 'Highest count of one of its broadcasts.';
COMMENT ON COLUMN onair.channel_day.average IS 'Average viewers: hours watched by counted hours (airtime, where the count is shown).';
COMMENT ON COLUMN onair.channel_day.hours_watched IS 'Sum over time of the viewers, in hours.';
COMMENT ON COLUMN onair.channel_day.airtime_hours IS 'Hours on air; two broadcasts at once count twice.';
COMMENT ON COLUMN onair.channel_day.counted_hours IS 'Those of them during which the count was shown.';
COMMENT ON COLUMN onair.channel_day.first_at IS 'First observation of the day.';
COMMENT ON COLUMN onair.channel_day.last_at IS 'Last observation of the day.';
COMMENT ON COLUMN onair.channel_day.broadcasts IS 'How many broadcasts.';
COMMENT ON COLUMN onair.channel_day.observations IS 'How many observations there are.';

CREATE VIEW onair.top_day AS
SELECT d.day,
    rank() OVER (PARTITION BY d.day ORDER BY d.hours_watched DESC NULLS LAST, d.platform, d.broadcast) AS place,
    d.platform, d.broadcast, b.channel, c.name, c.creator, b.title, b.category,
    d.peak, d.average, d.hours_watched, d.airtime_hours, d.first_at, d.last_at
FROM onair.broadcast_day d
JOIN onair.broadcasts b ON b.platform = d.platform AND b.id = d.broadcast
LEFT JOIN onair.channels c ON c.platform = b.platform AND c.id = b.channel;
COMMENT ON VIEW onair.top_day IS 'The broadcasts of each Korean day, most hours watched first. Name the day.';
COMMENT ON COLUMN onair.top_day.day IS 'Korean day (Asia/Seoul).';
COMMENT ON COLUMN onair.top_day.place IS 'Place on that day, from 1.';
COMMENT ON COLUMN onair.top_day.platform IS 'platforms.id.';
COMMENT ON COLUMN onair.top_day.broadcast IS 'broadcasts.id on the same platform.';
COMMENT ON COLUMN onair.top_day.channel IS 'channels.id on the same platform.';
COMMENT ON COLUMN onair.top_day.name IS 'The channel''s name as last shown.';
COMMENT ON COLUMN onair.top_day.creator IS 'creators.id, null when operators named none.';
COMMENT ON COLUMN onair.top_day.title IS 'Title as last shown.';
COMMENT ON COLUMN onair.top_day.category IS 'Category in the platform''s own words, as last shown.';
COMMENT ON COLUMN onair.top_day.peak IS 'Highest count of the day.';
COMMENT ON COLUMN onair.top_day.average IS 'Average viewers on the day.';
COMMENT ON COLUMN onair.top_day.hours_watched IS 'Sum over time of the viewers, in hours.';
COMMENT ON COLUMN onair.top_day.airtime_hours IS 'Hours on air on the day.';
COMMENT ON COLUMN onair.top_day.first_at IS 'First observation of the day.';
COMMENT ON COLUMN onair.top_day.last_at IS 'Last observation of the day.';

-- What was not seen for 2 h is not shown: the exporter may have been away when it ended.
CREATE VIEW onair.live_now AS
SELECT rank() OVER (ORDER BY b.viewers DESC NULLS LAST, b.platform, b.id) AS place,
    b.platform, b.id AS broadcast, b.channel, c.name, c.creator, b.title, b.category, b.lang, b.viewers,
    b.started_at, b.last_seen_at AS observed_at, p.log_time AS as_of, b.adult, b.locked, b.official, b.url
FROM onair.broadcasts b
CROSS JOIN onair.position p
LEFT JOIN onair.channels c ON c.platform = b.platform AND c.id = b.channel
WHERE b.ended_at IS NULL AND b.last_seen_at > p.log_time - interval '2 hours';
COMMENT ON VIEW onair.live_now IS 'What is live at position.log_time, most viewers first; broadcasts as observed, before blocks and without joining a creator''s broadcasts.';
COMMENT ON COLUMN onair.live_now.place IS 'Place, from 1; hidden counts come last.';
COMMENT ON COLUMN onair.live_now.platform IS 'platforms.id.';
COMMENT ON COLUMN onair.live_now.broadcast IS 'broadcasts.id on the same platform.';
COMMENT ON COLUMN onair.live_now.channel IS 'channels.id on the same platform.';
COMMENT ON COLUMN onair.live_now.name IS 'The channel''s name as last shown.';
COMMENT ON COLUMN onair.live_now.creator IS 'creators.id, null when operators named none.';
COMMENT ON COLUMN onair.live_now.title IS 'Title as last shown.';
COMMENT ON COLUMN onair.live_now.category IS 'Category in the platform''s own words.';
COMMENT ON COLUMN onair.live_now.lang IS 'Declared language.';
COMMENT ON COLUMN onair.live_now.viewers IS 'Newest count; null when hidden.';
COMMENT ON COLUMN onair.live_now.started_at IS 'Start as the platform says.';
COMMENT ON COLUMN onair.live_now.observed_at IS 'When the count was true.';
COMMENT ON COLUMN onair.live_now.as_of IS 'How far the log is copied, in log time.';
COMMENT ON COLUMN onair.live_now.adult IS 'For adults only.';
COMMENT ON COLUMN onair.live_now.locked IS 'Password or subscribers only.';
COMMENT ON COLUMN onair.live_now.official IS 'The platform marks the channel as official.';
COMMENT ON COLUMN onair.live_now.url IS 'Watch page.';

-- +goose Down
DROP VIEW onair.live_now, onair.top_day, onair.channel_day, onair.broadcast_day;
