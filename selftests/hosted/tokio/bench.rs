// SPDX-License-Identifier: GPL-2.0
// cotask benchmark - the same with tokio, in one thread: "tokio_bench SLEEPERS..."; with
// "echo unix:PATH" an echo server, with "deadline unix:PATH" one that waits ten seconds for each
// message
use std::arch::asm;
use std::fs;
use std::future::{poll_fn, Future};
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;
use std::thread;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{mpsc, Mutex, Notify};
use tokio::task::{self, JoinSet};
use tokio::time::{self, Sleep};

const YIELDERS: u32 = 1000;
const YIELDS: u32 = 200;
const SPAWNS: u32 = 20000;
const SCOPES: u32 = 20000;
const WAKES: usize = 300;
const GROUP_SIZE: u32 = 1000;
const MOVED: u32 = 10000;
const ITEMS: u32 = 20000;
const HANDED: u32 = 20000;
const POSTED: u32 = 5000;

/// Instructions that do nothing, see bench.h.
fn mark_begin() {
    #[cfg(target_arch = "x86_64")]
    unsafe {
        asm!(".byte 0x0f, 0x1f, 0x84, 0, 'c', 'o', 't', 'b'");
    }
}

fn mark_end() {
    #[cfg(target_arch = "x86_64")]
    unsafe {
        asm!(".byte 0x0f, 0x1f, 0x84, 0, 'c', 'o', 't', 'e'");
    }
}

fn show(row: &str, value: f64, unit: &str) {
    println!("{row} tokio {value:.1} {unit}");
}

fn start() -> Instant {
    let begin = Instant::now();
    mark_begin();
    begin
}

fn show_counted(row: &str, ns: f64, n: u32) {
    show(row, ns / n as f64, &format!("ns {n}"));
}

fn finish(row: &str, begin: Instant, n: u32) {
    mark_end();
    show_counted(row, begin.elapsed().as_nanos() as f64, n);
}

/// CPU time of this thread, which is the only one, in nanoseconds.
fn cpu() -> f64 {
    let stat = fs::read_to_string("/proc/self/schedstat").unwrap_or_default();
    stat.split(' ').next().and_then(|ns| ns.parse().ok()).unwrap_or(0.0)
}

/// Bytes in use by the process and by the kernel's slab.
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
    let begin = start();
    join(many(YIELDERS, || async {
        for _ in 0..YIELDS {
            task::yield_now().await;
        }
    }))
    .await;
    finish("yield", begin, YIELDERS * YIELDS);
}

async fn spawns() {
    let begin = start();
    for _ in 0..SPAWNS / 1000 {
        join(many(1000, || async {})).await;
    }
    finish("spawn", begin, SPAWNS);
}

/// Tasks that return a number each, and what has spawned them adds these up.
async fn sum_of_group() {
    let mut set = JoinSet::new();
    let mut sum = 0;
    for i in 0..GROUP_SIZE {
        set.spawn(async move { i });
    }
    while let Some(Ok(i)) = set.join_next().await {
        sum += i;
    }
    assert_eq!(sum, GROUP_SIZE * (GROUP_SIZE - 1) / 2);
}

async fn groups() {
    let begin = start();
    for _ in 0..SPAWNS / GROUP_SIZE {
        sum_of_group().await;
    }
    finish("group", begin, SPAWNS);
}

async fn moves() {
    let mut sleeps: Vec<Pin<Box<Sleep>>> = Vec::new();
    for _ in 0..MOVED {
        let mut sleep = Box::pin(time::sleep(Duration::from_secs(3600)));
        poll_fn(|cx| Poll::Ready(sleep.as_mut().poll(cx).is_ready())).await;
        sleeps.push(sleep);
    }
    let until = time::Instant::now() + Duration::from_secs(7200);
    let begin = start();
    for (i, sleep) in sleeps.iter_mut().enumerate() {
        let by = Duration::from_nanos(i as u64 * 7919 % MOVED as u64 * 1000);
        sleep.as_mut().reset(until + by);
    }
    finish("move", begin, MOVED);
}

async fn queue() {
    let (put, mut get) = mpsc::channel(1);
    let mut both = JoinSet::new();
    let begin = start();
    both.spawn(async move {
        for i in 0..ITEMS {
            put.send(i).await.unwrap();
        }
    });
    both.spawn(async move { while get.recv().await.is_some() {} });
    join(both).await;
    finish("queue", begin, ITEMS);
}

async fn lock() {
    let lock = Arc::new(Mutex::new(()));
    let begin = start();
    join(many(2, || {
        let lock = lock.clone();
        async move {
            for _ in 0..HANDED / 2 {
                let _held = lock.lock().await;
                task::yield_now().await;
            }
        }
    }))
    .await;
    finish("lock", begin, HANDED);
}

/// A thread wakes the task that has requested it.
async fn wake() {
    let wake = Arc::new(Notify::new());
    let waker = wake.clone();
    let (ask, asked) = std::sync::mpsc::channel();
    let thread = thread::spawn(move || {
        for _ in asked {
            waker.notify_one();
        }
    });
    let begin = start();
    for _ in 0..POSTED {
        ask.send(()).unwrap();
        wake.notified().await;
    }
    finish("wake", begin, POSTED);
    drop(ask);
    thread.join().unwrap();
}

async fn timeouts() {
    let begin = start();
    for _ in 0..SCOPES {
        let _ = time::timeout(Duration::from_secs(1), async {}).await;
    }
    finish("timeout", begin, SCOPES);
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
    mark_begin();
    let until = time::Instant::now() + Duration::from_secs(if n > 20000 { 20 } else { 5 });
    let set = many(n, || time::sleep_until(until));
    time::sleep(Duration::from_millis(200)).await;
    show(&format!("memory_{n}"), (memory() - before) / n as f64, "bytes");
    join(set).await;
    mark_end();
    show_counted(&format!("sleepers_{n}"), cpu() - begin, n);
}

async fn cancel(n: u32) {
    let mut set = many(n, || time::sleep(Duration::from_secs(3600)));
    time::sleep(Duration::from_millis(100)).await;
    let begin = start();
    set.shutdown().await;
    finish(&format!("cancel_{n}"), begin, n);
}

async fn read(stream: &mut UnixStream, buf: &mut [u8], deadline: bool) -> io::Result<usize> {
    if deadline {
        time::timeout(Duration::from_secs(10), stream.read(buf)).await?
    } else {
        stream.read(buf).await
    }
}

async fn serve(path: &str, deadline: bool) {
    let listener = UnixListener::bind(path).unwrap();
    while let Ok((mut stream, _)) = listener.accept().await {
        task::spawn(async move {
            let mut buf = [0; 4096];
            while let Ok(n @ 1..) = read(&mut stream, &mut buf, deadline).await {
                if stream.write_all(&buf[..n]).await.is_err() {
                    break;
                }
            }
        });
    }
}

async fn run(args: &[String]) {
    if args.len() == 2 && (args[0] == "echo" || args[0] == "deadline") {
        return serve(args[1].trim_start_matches("unix:"), args[0] == "deadline").await;
    }
    yields().await;
    spawns().await;
    groups().await;
    timeouts().await;
    queue().await;
    lock().await;
    wake().await;
    lateness().await;
    for n in args.iter().filter_map(|arg| arg.parse().ok()) {
        sleepers(n).await;
        cancel(n).await;
    }
    moves().await;
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(run(&args));
}
