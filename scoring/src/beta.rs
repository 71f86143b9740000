//! Quantiles of the Beta distribution, for intervals. Accurate to about 1e-9, which is more than an officer reads.

/// The value below which a Beta(a, b) variable lies with probability `share`; all of it between 0 and 1.
pub(crate) fn quantile(a: f64, b: f64, share: f64) -> f64 {
    if !(a > 0.0 && b > 0.0) {
        return if a > 0.0 { 1.0 } else { 0.0 };
    }
    // Newton's steps from the mean, each inside of what is known by then, or its middle instead: seven for most where
    // sixty halvings are needed for the same.
    let (mut low, mut high, mut x) = (0.0_f64, 1.0_f64, a / (a + b));
    let ln_beta = ln_beta(a, b);
    for _ in 0..60 {
        let beyond = cumulative(a, b, ln_beta, x) - share;
        if beyond < 0.0 {
            low = x;
        } else {
            high = x;
        }
        let density = ((a - 1.0) * x.ln() + (b - 1.0) * (-x).ln_1p() - ln_beta).exp();
        let newton = x - beyond / density;
        let next = if newton > low && newton < high { newton } else { f64::midpoint(low, high) };
        let moved = (next - x).abs();
        x = next;
        if moved <= x * 1e-12 {
            break;
        }
    }
    x
}

/// ln B(a, b), what the distribution's density is divided by.
fn ln_beta(a: f64, b: f64) -> f64 {
    ln_gamma(a) + ln_gamma(b) - ln_gamma(a + b)
}

/// The regularized incomplete beta function, by its continued fraction (Lentz's method).
fn cumulative(a: f64, b: f64, ln_beta: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if x >= 1.0 {
        return 1.0;
    }
    // The fraction converges fast on this side only; the other follows by symmetry.
    if x > (a + 1.0) / (a + b + 2.0) {
        return 1.0 - cumulative(b, a, ln_beta, 1.0 - x);
    }
    let front = (a * x.ln() + b * (-x).ln_1p() - ln_beta).exp() / a;
    let tiny = 1e-300;
    let (mut f, mut c, mut d) = (1.0, 1.0, 0.0);
    for step in 0..400 {
        let m = f64::from(step / 2);
        let numerator = match step {
            0 => 1.0,
            even if even % 2 == 0 => m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m)),
            _ => -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0)),
        };
        d = 1.0 + numerator * d;
        d = 1.0 / if d.abs() < tiny { tiny } else { d };
        c = 1.0 + numerator / c;
        c = if c.abs() < tiny { tiny } else { c };
        f *= c * d;
        if (1.0 - c * d).abs() < 1e-12 {
            break;
        }
    }
    front * (f - 1.0)
}

/// ln Γ(x) for positive x (Lanczos, g = 7).
fn ln_gamma(x: f64) -> f64 {
    const C: [f64; 9] = [
        0.999_999_999_999_809_9,
        676.520_368_121_885_1,
        -1_259.139_216_722_402_8,
        771.323_428_777_653_1,
        -176.615_029_162_140_6,
        12.507_343_278_686_905,
        -0.138_571_095_265_720_12,
        9.984_369_578_019_572e-6,
        1.505_632_735_149_311_6e-7,
    ];
    if x < 0.5 {
        return (std::f64::consts::PI / (std::f64::consts::PI * x).sin()).ln() - ln_gamma(1.0 - x);
    }
    let x = x - 1.0;
    let t = x + 7.5;
    let sum = C.iter().enumerate().skip(1).fold(C[0], |sum, (place, c)| sum + c / (x + place as f64));
    0.5 * (2.0 * std::f64::consts::PI).ln() + (x + 0.5) * t.ln() - t + sum.ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_of_known_distributions() {
        for (a, b, share, expected) in [
            (1.0, 1.0, 0.05, 0.05),
            (1.0, 1.0, 0.95, 0.95),
            // 1 - (1 - x)^2 = 0.5
            (1.0, 2.0, 0.5, 1.0 - 0.5_f64.sqrt()),
            (2.0, 1.0, 0.5, 0.5_f64.sqrt()),
            (5.0, 5.0, 0.5, 0.5),
            (200.0, 800.0, 0.5, 0.199_801),
        ] {
            let found = quantile(a, b, share);
            assert!((found - expected).abs() < 1e-5, "Beta({a}, {b}) at {share}: {found}, not {expected}");
        }
    }

    #[test]
    fn what_lies_below_a_quantile_is_its_share() {
        let ones = [0.02, 0.5, 1.0, 3.0, 47.0, 220.0, 1_500.0, 40_000.0];
        for (a, b) in ones.iter().flat_map(|a| ones.iter().map(move |b| (*a, *b))) {
            for share in [0.05, 0.5, 0.95] {
                let found = quantile(a, b, share);
                let below = cumulative(a, b, ln_beta(a, b), found);
                // Nearer to an end than a number can tell: everything lies on its other side.
                let at_an_end = !(1e-12..=1.0 - 1e-9).contains(&found);
                assert!(
                    (below - share).abs() < 1e-7 || at_an_end,
                    "Beta({a}, {b}) at {share}: {found}, below it {below}"
                );
            }
        }
    }

    #[test]
    fn intervals_narrow_with_evidence() {
        let width = |n: f64| quantile(0.2 * n, 0.8 * n, 0.95) - quantile(0.2 * n, 0.8 * n, 0.05);
        assert!(width(10.0) > width(100.0) && width(100.0) > width(1_000.0));
    }
}
