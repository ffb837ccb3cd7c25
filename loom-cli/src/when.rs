//! Times, as people say them.

use std::time::Duration;

/// A duration as people say it: `0.06 s`, `12.3 s`, `4 min 05 s`, `2 h 03 min`.
pub(crate) fn in_words(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match seconds {
        0..10 => format!("{:.2} s", duration.as_secs_f64()),
        10..60 => format!("{:.1} s", duration.as_secs_f64()),
        60..3600 => format!("{} min {:02} s", seconds / 60, seconds % 60),
        _ => format!("{} h {:02} min", seconds / 3600, seconds % 3600 / 60),
    }
}

/// How long ago something was, as people say it, from milliseconds since 1970.
pub(crate) fn ago(at: i64) -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::SystemTime::UNIX_EPOCH).unwrap_or_default();
    let then = Duration::from_millis(u64::try_from(at).unwrap_or(0));
    match now.saturating_sub(then).as_secs() {
        0..2 => "just now".to_owned(),
        seconds @ 2..60 => format!("{seconds} s ago"),
        seconds @ 60..3600 => format!("{} min ago", seconds / 60),
        seconds @ 3600..86400 => format!("{} h ago", seconds / 3600),
        seconds @ 86400..172_800 => format!("{} day ago", seconds / 86400),
        seconds => format!("{} days ago", seconds / 86400),
    }
}

/// How long something takes that is not over, to the second: `12 s`, `4 min 05 s`, `2 h 03 min`.
pub(crate) fn in_seconds(duration: Duration) -> String {
    let whole = Duration::from_secs(duration.as_secs());
    if whole.as_secs() < 60 { format!("{} s", whole.as_secs()) } else { in_words(whole) }
}

/// About how long something takes, no finer than anybody can know: `1 s`, `50 s`, `4 min`, `2 h 03 min`.
pub(crate) fn roughly(duration: Duration) -> String {
    match duration.as_secs_f64().ceil().max(1.0) as u64 {
        seconds @ 0..90 => format!("{seconds} s"),
        seconds @ 90..3570 => format!("{} min", (seconds + 30) / 60),
        seconds => format!("{} h {:02} min", (seconds + 30) / 3600, (seconds + 30) % 3600 / 60),
    }
}

/// A moment by the clock of this machine, from milliseconds since 1970: `2026-01-02 03:04:05`.
pub(crate) fn by_the_clock(at: i64) -> String {
    let Ok(moment) = jiff::Timestamp::from_millisecond(at) else { return String::new() };
    let moment = jiff::tz::TimeZone::system().to_datetime(moment);
    moment.strftime("%Y-%m-%d %H:%M:%S").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_told_as_people_say_them() {
        let told = [60, 12_340, 59_960, 245_000, 7_380_000].map(|ms| in_words(Duration::from_millis(ms)));
        assert_eq!(told, ["0.06 s", "12.3 s", "60.0 s", "4 min 05 s", "2 h 03 min"]);
    }

    #[test]
    fn what_is_not_over_is_told_to_the_second() {
        let told = [400, 59_999, 61_000].map(|ms| in_seconds(Duration::from_millis(ms)));
        assert_eq!(told, ["0 s", "59 s", "1 min 01 s"]);
        let told = [10, 50_000, 89_500, 240_000, 3_569_000, 3_570_000].map(|ms| roughly(Duration::from_millis(ms)));
        assert_eq!(told, ["1 s", "50 s", "2 min", "4 min", "59 min", "1 h 00 min"]);
    }
}
