//! Drawing: the same on every machine, and each axis from a stream of its own, so that one more axis changes nothing
//! that the others draw.

use loom_spec::{Draw, Scalar};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use sha2::{Digest, Sha256};

use super::range::{Number, number};
use super::value::shortest;

/// Numbers without end that the seed and the name of an axis decide.
pub(super) struct Stream(ChaCha8Rng);

impl Stream {
    pub(super) fn new(seed: u64, axis: &str) -> Self {
        let mut key = Sha256::new();
        key.update(b"loom sweep\n");
        key.update(seed.to_le_bytes());
        key.update(axis.as_bytes());
        Self(ChaCha8Rng::from_seed(key.finalize().into()))
    }

    /// Evenly distributed over the 2⁵³ numbers of one distance from 0 up to 1.
    fn share(&mut self) -> f64 {
        const PARTS: f64 = (1_u64 << 53) as f64;
        (self.0.next_u64() >> 11) as f64 / PARTS
    }

    /// One of the numbers below `count`, which is not 0, each as likely as the others.
    pub(super) fn below(&mut self, count: u64) -> u64 {
        // The high half of a product is fair but for a few low halves, which are drawn again.
        let unfair = count.wrapping_neg() % count.max(1);
        loop {
            let product = u128::from(self.0.next_u64()) * u128::from(count);
            if product as u64 >= unfair {
                return (product >> 64) as u64;
            }
        }
    }
}

/// What is drawn from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Urn {
    Uniform(f64, f64),
    LogUniform(f64, f64),
    IntUniform(i64, i64),
}

/// Why nothing can be drawn: the place of the number, and what is wrong with it. Without a place, there are not two.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct BadDraw(pub(super) Option<usize>, pub(super) String);

impl Urn {
    pub(super) fn new(draw: Draw, numbers: &[Scalar]) -> Result<Self, BadDraw> {
        let [from, to] = numbers else {
            return Err(BadDraw(None, format!("`{}` takes two numbers, and here are {}", draw.word(), numbers.len())));
        };
        let wrong = |place, message: String| Err(BadDraw(Some(place), message));
        let not_one = |place: usize| format!("`{}` is not a number", numbers[place].text);
        let Some(from) = number(from) else { return wrong(0, not_one(0)) };
        let Some(to) = number(to) else { return wrong(1, not_one(1)) };
        if draw == Draw::IntUniform {
            return match (from, to) {
                (Number::Int(from), Number::Int(to)) if from <= to => Ok(Self::IntUniform(from, to)),
                (Number::Int(from), Number::Int(to)) => wrong(1, format!("{to} is below {from}")),
                (Number::Float(_), _) => wrong(0, format!("`{}` is not a whole number", numbers[0].text)),
                (_, Number::Float(_)) => wrong(1, format!("`{}` is not a whole number", numbers[1].text)),
            };
        }
        let (low, high) = (from.float(), to.float());
        if low >= high {
            return wrong(1, format!("`{}` is not above `{}`", numbers[1].text, numbers[0].text));
        }
        match draw {
            Draw::LogUniform if low <= 0.0 => wrong(0, format!("`{}` is not above 0", numbers[0].text)),
            Draw::LogUniform => Ok(Self::LogUniform(low, high)),
            _ if !(high - low).is_finite() => wrong(1, "the two are too far apart".to_owned()),
            _ => Ok(Self::Uniform(low, high)),
        }
    }

    /// How many values there are, where that can matter.
    pub(super) fn size(self) -> Option<u128> {
        match self {
            Self::IntUniform(from, to) => Some(from.abs_diff(to) as u128 + 1),
            _ => None,
        }
    }

    pub(super) fn draw(self, stream: &mut Stream) -> String {
        match self {
            Self::Uniform(from, to) => shortest(kept_inside(from + (to - from) * stream.share(), from, to)),
            Self::LogUniform(from, to) => {
                let (low, high) = (libm::log(from), libm::log(to));
                shortest(kept_inside(libm::exp(low + (high - low) * stream.share()), from, to))
            }
            Self::IntUniform(from, to) => {
                // Only if every `i64` is one of them there are too many to count.
                let step = match from.abs_diff(to).checked_add(1) {
                    Some(count) => stream.below(count),
                    None => stream.0.next_u64(),
                };
                from.wrapping_add_unsigned(step).to_string()
            }
        }
    }
}

/// Rounding may lead to an end or past it.
fn kept_inside(number: f64, from: f64, to: f64) -> f64 {
    if number >= to { to.next_down() } else { number.max(from) }
}

#[cfg(test)]
mod tests {
    use loom_spec::{Span, Style};

    use super::*;

    fn urn(draw: Draw, numbers: &str) -> Result<Urn, BadDraw> {
        let scalar = |text: &str| Scalar { text: text.into(), span: Span::default(), style: Style::Plain };
        Urn::new(draw, &numbers.split_whitespace().map(scalar).collect::<Vec<_>>())
    }

    fn first_five(draw: Draw, numbers: &str, seed: u64) -> String {
        let (mut stream, urn) = (Stream::new(seed, "lr"), urn(draw, numbers).unwrap());
        (0..5).map(|_| urn.draw(&mut stream)).collect::<Vec<_>>().join(" ")
    }

    /// A change here changes what everybody's seed draws.
    #[test]
    fn draws_are_what_they_were() {
        let mut choices = Stream::new(1, "model");
        let choices: Vec<u64> = (0..5).map(|_| choices.below(3)).collect();
        let shown = format!(
            "uniform     {}\nlog_uniform {}\nint_uniform {}\nother seed  {}\nany i64     {}\nchoices     {choices:?}",
            first_five(Draw::Uniform, "0 1", 1),
            first_five(Draw::LogUniform, "1e-5 1e-1", 1),
            first_five(Draw::IntUniform, "-3 1000", 1),
            first_five(Draw::Uniform, "0 1", 2),
            first_five(Draw::IntUniform, "-9223372036854775808 9223372036854775807", 1),
        );
        insta::assert_snapshot!(shown);
    }

    #[test]
    fn draws_stay_between_the_ends_and_reach_them_all() {
        let mut stream = Stream::new(7, "n");
        let dice = urn(Draw::IntUniform, "1 6").unwrap();
        let mut counts = [0_u32; 6];
        for _ in 0..6000 {
            counts[dice.draw(&mut stream).parse::<usize>().unwrap() - 1] += 1;
        }
        assert!(counts.iter().all(|count| (850..1150).contains(count)), "{counts:?}");

        for (draw, middle) in [(Draw::Uniform, 50.5), (Draw::LogUniform, 10.0)] {
            let urn = urn(draw, "1 100").unwrap();
            let drawn: Vec<f64> = (0..2000).map(|_| urn.draw(&mut stream).parse().unwrap()).collect();
            assert!(drawn.iter().all(|number| (1.0..100.0).contains(number)));
            let low = drawn.iter().filter(|number| **number < middle).count();
            assert!((900..1100).contains(&low), "{low}");
        }
        let narrow = urn(Draw::LogUniform, "3 3.0000000000000004").unwrap();
        assert!((0..50).all(|_| narrow.draw(&mut stream) == "3"));
        let one = urn(Draw::IntUniform, "4 4").unwrap();
        assert_eq!((one.draw(&mut stream).as_str(), one.size()), ("4", Some(1)));
    }

    #[test]
    fn what_nothing_can_be_drawn_from_is_told() {
        let cases = [
            (Draw::Uniform, "1", None, "`uniform` takes two numbers, and here are 1"),
            (Draw::Uniform, "a 1", Some(0), "`a` is not a number"),
            (Draw::Uniform, "1 1", Some(1), "`1` is not above `1`"),
            (Draw::Uniform, "-1.7e308 1.7e308", Some(1), "the two are too far apart"),
            (Draw::LogUniform, "0 1", Some(0), "`0` is not above 0"),
            (Draw::IntUniform, "1 2.5", Some(1), "`2.5` is not a whole number"),
            (Draw::IntUniform, "3 1", Some(1), "1 is below 3"),
        ];
        for (draw, numbers, place, message) in cases {
            assert_eq!(urn(draw, numbers), Err(BadDraw(place, message.to_owned())), "{numbers}");
        }
    }
}
