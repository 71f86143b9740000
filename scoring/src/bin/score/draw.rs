//! `score verify-draw`.

use anyhow::{Context as _, bail};
use jiff::civil::Date;
use scoring::selection::Seed;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The revealed seed, 64 hexadecimal digits.
    #[arg(long)]
    seed: String,
    /// What was made known before the day.
    #[arg(long)]
    commitment: Option<String>,
    /// The border post's code.
    #[arg(long)]
    border_post: String,
    /// The day of arrival in the post's calendar.
    #[arg(long)]
    day: Date,
    /// The conveyance's registration, for instance "777 ABC 02": read as the gateway reads it, without what stands between letters
    /// and digits, in capitals, Cyrillic letters as the Latin ones that they look like.
    #[arg(long)]
    registration: String,
    /// The number below which conveyances were drawn: from 0 to 1.
    #[arg(long, value_parser = share)]
    cut: Option<f64>,
}

fn share(text: &str) -> Result<f64, &'static str> {
    let share = text.parse().ok().filter(|share| (0.0..=1.0).contains(share));
    share.ok_or("expected a number from 0 to 1")
}

impl Arguments {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let mut bytes = [0; 32];
        if self.seed.len() != 64 || !self.seed.is_ascii() {
            bail!("the seed is not 64 hexadecimal digits");
        }
        for (byte, place) in bytes.iter_mut().zip((0..64).step_by(2)) {
            *byte = u8::from_str_radix(&self.seed[place..place + 2], 16)
                .context("the seed is not hexadecimal")?;
        }
        let seed = Seed(bytes);
        if let Some(commitment) = &self.commitment
            && *commitment != seed.commitment()
        {
            bail!("this seed was not the one that was committed to: its hash is {}", seed.commitment());
        }
        // As `subjects` and the selection see it: none at all draws as the empty one.
        let registration = manifest::normalize::plate(&self.registration).unwrap_or_default();
        let draw = seed.draw(&self.border_post, self.day, &registration);
        let drawn =
            self.cut.map(|cut| if draw < cut { ", drawn" } else { ", not drawn" }).unwrap_or_default();
        println!("{draw}{drawn}");
        Ok(())
    }
}
