use mediastore_policy::analyse::*;
fn main() {
    for file in std::env::args().skip(1) {
        let text = std::fs::read_to_string(&file).unwrap();
        let policy = mediastore_policy::parse::parse(text.as_str()).into_result().unwrap();
        let zone = TrustZone::of_account("111122223333");
        let pol = [policy];
        let e = exposure(&pol, &zone, &mediastore_policy::mediastore::MODEL, None);
        let mut best = std::time::Duration::MAX;
        for _ in 0..300 {
            let t = std::time::Instant::now();
            let _ = exposure(&pol, &zone, &mediastore_policy::mediastore::MODEL, None);
            best = best.min(t.elapsed());
        }
        println!("{file}: {} {best:?} doubt {:?} ", e.class, e.actions[0].doubt);
    }
}
