// SPDX-License-Identifier: GPL-2.0
// cotask benchmark - the same with tokio, in one thread: "tokio_bench SLEEPERS..."
use std::fs;
use std::future::Future;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixListener;
use tokio::task::{self, JoinSet};
use tokio::time;

const YIELDERS: u32 = 1000;
const YIELDS: u32 = 200;
const SPAWNS: u32 = 20000;
const SCOPES: u32 = 20000;
const WAKES: usize = 300;

fn show(row: &str, value: f64, unit: &str) {
    println!("{row} tokio {value:.1} {unit}");
}

fn per(begin: Instant, n: u32) -> f64 {
    begin.elapsed().as_nanos() as f64 / n as f64
}

/// CPU time of this thread, which is the only one, in nanoseconds.
fn cpu() -> f64 {
    let stat = fs::read_to_string("/proc/self/schedstat").unwrap_or_default();
    stat.split(' ').next().and_then(|ns| ns.parse().ok()).unwrap_or(0.0)
}

/// Bytes in use: of the process, and of the kernel's slab.
fn memory() -> f64 {
    let statm = fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages: f64 = statm.split(' ').nth(1).and_then(|n| n.parse().ok()).unwrap_or(0.0);
    let meminfo = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let slab = meminfo.lines().find_map(|line| line.strip_prefix("Slab:"));
    let kib: f64 = slab.and_then(|s| s.trim().split(' ').next()?.parse().ok()).unwrap_or(0.0);
    pages * 4096.0 + kib * 1024.0
}

fn many<F: Future<Output = ()> + 'static + Send>(n: u32, f: impl Fn() -> F) -> JoinSet<()> {
    let mut set = JoinSet::new();
    for _ in 0..n {
        set.spawn(f());
    }
    set
}

async fn join(mut set: JoinSet<()>) {
    while set.join_next().await.is_some() {}
}

async fn yields() {
    let begin = Instant::now();
    join(many(YIELDERS, || async {
        for _ in 0..YIELDS {
            task::yield_now().await;
        }
    }))
    .await;
    show("yield", per(begin, YIELDERS * YIELDS), "ns");
}

async fn spawns() {
    let begin = Instant::now();
    for _ in 0..SPAWNS / 1000 {
        join(many(1000, || async {})).await;
    }
    show("spawn", per(begin, SPAWNS), "ns");
}

async fn timeouts() {
    let begin = Instant::now();
    for _ in 0..SCOPES {
        let _ = time::timeout(Duration::from_secs(1), async {}).await;
    }
    show("timeout", per(begin, SCOPES), "ns");
}

async fn lateness() {
    let mut late = Vec::new();
    for _ in 0..WAKES {
        let until = time::Instant::now() + Duration::from_millis(1);
        time::sleep_until(until).await;
        late.push((time::Instant::now() - until).as_nanos() as f64 / 1000.0);
    }
    late.sort_by(f64::total_cmp);
    show("lateness_p50", late[WAKES / 2], "us");
    show("lateness_p99", late[WAKES * 99 / 100], "us");
}

async fn sleepers(n: u32) {
    let (begin, before) = (cpu(), memory());
    let until = time::Instant::now() + Duration::from_secs(if n > 20000 { 20 } else { 5 });
    let set = many(n, || time::sleep_until(until));
    time::sleep(Duration::from_millis(200)).await;
    show(&format!("memory_{n}"), (memory() - before) / n as f64, "bytes");
    join(set).await;
    show(&format!("sleepers_{n}"), (cpu() - begin) / n as f64, "ns");
}

async fn cancel(n: u32) {
    let mut set = many(n, || time::sleep(Duration::from_secs(3600)));
    time::sleep(Duration::from_millis(100)).await;
    let begin = Instant::now();
    set.shutdown().await;
    show(&format!("cancel_{n}"), per(begin, n), "ns");
}

async fn serve(path: &str) {
    let listener = UnixListener::bind(path).unwrap();
    while let Ok((mut stream, _)) = listener.accept().await {
        task::spawn(async move {
            let mut buf = [0; 4096];
            while let Ok(n @ 1..) = stream.read(&mut buf).await {
                if stream.write_all(&buf[..n]).await.is_err() {
                    break;
                }
            }
        });
    }
}

async fn run(args: &[String]) {
    if args.len() == 2 && args[0] == "echo" {
        return serve(args[1].trim_start_matches("unix:")).await;
    }
    yields().await;
    spawns().await;
    timeouts().await;
    lateness().await;
    for n in args.iter().filter_map(|arg| arg.parse().ok()) {
        sleepers(n).await;
        cancel(n).await;
    }
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(run(&args));
}
