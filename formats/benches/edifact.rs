//! `cargo bench -p formats --bench edifact`: the tokenizer in megabytes a second, and a passenger list of 260 persons read,
//! normalized and validated, in microseconds of CPU. `-- FILE...` times reading each file too, and prints a line a file
//! that benches/beside_pydifact.py prints for pydifact.

#![allow(clippy::unwrap_used, clippy::disallowed_methods)] // a benchmark reads the clock

use std::hint::black_box;
use std::time::Instant;

use formats::edifact::{Separators, Tokens};
use formats::{Given, Limits, read};
use jiff::Timestamp;
use manifest::{CodeLists, RuleSettings, normalize, validate};

fn main() {
    let text = list(260);
    let now: Timestamp = "2026-11-22T14:00:00Z".parse().unwrap();
    let given = Given { reference: None, received_time: now };
    let (limits, lists, settings) = (Limits::default(), CodeLists::built_in(), RuleSettings::default());

    let at = text.find("UNB").unwrap();
    let whole = per_run(|| {
        Tokens::cut(black_box(&text), at, Separators::default(), usize::MAX).unwrap().unwrap().pieces()
    });
    let (first, last) = (text.find("UNH").unwrap(), text.find("UNZ").unwrap());
    let large = format!("{}{}{}", &text[..first], text[first..last].repeat(60), &text[last..]);
    let lots = per_run(|| {
        Tokens::cut(black_box(&large), at, Separators::default(), usize::MAX).unwrap().unwrap().pieces()
    });
    println!("tokenizer, list of 260 ({} bytes): {:.0} MB/s", text.len(), megabytes(&text, whole));
    println!("tokenizer, {} bytes: {:.0} MB/s", large.len(), megabytes(&large, lots));

    let reading = per_run(|| read(black_box(text.as_bytes()), None, &given, &limits).unwrap().messages.len());
    let all = per_run(|| {
        let mut document = read(black_box(text.as_bytes()), None, &given, &limits).unwrap();
        let declared = document.messages.remove(0).content.unwrap();
        let (manifest, mut findings) = normalize(declared, &lists, &settings);
        let valid = validate(manifest, now, &settings, &mut findings);
        assert!(valid.is_ok());
        findings.len()
    });
    println!("260 persons: read {:.0} us, read + normalize + validate {:.0} us", reading * 1e6, all * 1e6);
    for path in std::env::args().skip(1).filter(|path| !path.starts_with('-')) {
        let bytes = std::fs::read(&path).unwrap();
        if let Err(refusal) = read(&bytes, None, &given, &limits) {
            println!("{path}: not timed, it is refused: {:?}", refusal.cause); // as often said as it is met
            continue;
        }
        let seconds = per_run(|| read(black_box(&bytes), None, &given, &limits).unwrap().messages.len());
        let text = String::from_utf8_lossy(&bytes);
        let Some((at, element)) = text.find("UNB").and_then(|at| Some((at, *text.as_bytes().get(at + 3)?)))
        else {
            println!("{path}: not timed, it has no UNB");
            continue;
        };
        let separators = Separators { element, ..Separators::default() };
        let cut =
            per_run(|| Tokens::cut(black_box(&text), at, separators, usize::MAX).unwrap().unwrap().pieces());
        println!("{path}\ttokenizer {:.2} us\tread {:.1} us", cut * 1e6, seconds * 1e6);
    }
    if let Some(path) = std::env::var_os("LIST_OF_260") {
        std::fs::write(path, text).unwrap(); // for the other tool
    }
}

/// Seconds of one run, the best of five rounds of at least a fifth of a second each. One thread that does not wait: its
/// time is its CPU.
fn per_run(mut run: impl FnMut() -> usize) -> f64 {
    let mut best = f64::MAX;
    for _ in 0..5 {
        let begun = Instant::now();
        let mut runs = 0_u32;
        while begun.elapsed().as_millis() < 200 {
            black_box(run());
            runs += 1;
        }
        best = best.min(begun.elapsed().as_secs_f64() / f64::from(runs));
    }
    best
}

fn megabytes(text: &str, seconds: f64) -> f64 {
    f64::from(u32::try_from(text.len()).unwrap()) / 1e6 / seconds
}

/// A coach's list with so many invented passengers.
fn list(persons: usize) -> String {
    use std::fmt::Write as _;
    let mut text = "UNA:+.? '\nUNB+UNOA:4+SYNTHETIC:ZZ+UZCUSTOMS:ZZ+261122:1400+IC1'\nUNH+M1+PAXLST:D:17A:UN'\nBGM+745+L-1+9'\n\
        TDT+20+SL-777+3+32+:::SYNTHETIC Lines+++01A123BC:::SETRA:KZ'\nLOC+125+KZALA'\nDTM+189:202611230400:203'\n\
        LOC+87+UZ-GISHTKUPRIK'\nDTM+232:202611231730:203'\nLOC+130+UZTAS'\nDTM+232:202611232000:203'\n\
        NAD+FM+++SYNTHETIC:AZAMAT'\nDTM+329:19800517:102'\nNAT+2+KAZ'\nDOC+P+N00000001'\nDTM+36:20300101:102'\nLOC+91+KAZ'\n"
        .to_owned();
    for n in 1..=persons {
        writeln!(
            text,
            "NAD+FL+++SYNTHETIC{n}:MARINA:IVANOVNA'\nATT+2++F'\nDTM+329:19{:02}0412:102'\nMEA+CT++:2'\nMEA+WT++KGM:31.5'\n\
             FTX+BAG+++SL{n:06}:2'\nLOC+174+UZB'\nLOC+178+KZALA'\nLOC+179+UZTAS'\nNAT+2+UZB'\nRFF+AVF:T{n:05}'\n\
             RFF+SEA:{n}A'\nDOC+P+AB{n:07}'\nDTM+36:20310404:102'\nLOC+91+UZB'",
            50 + n % 40
        )
        .unwrap();
    }
    let segments = text.matches('\'').count() - 2 + 2;
    write!(text, "CNT+42:{persons}'\nUNT+{segments}+M1'\nUNZ+1+IC1'").unwrap();
    text
}
