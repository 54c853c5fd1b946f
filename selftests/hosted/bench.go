// SPDX-License-Identifier: GPL-2.0
// cotask benchmark - the same in Go: "bench SLEEPERS..."
package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"runtime"
	"sort"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

const (
	yielders, yields, spawns, scopes, wakes = 1000, 200, 20000, 20000, 300
)

func show(row string, value float64, unit string) {
	fmt.Println(row, "go", strconv.FormatFloat(value, 'f', 1, 64), unit)
}

func cpu() float64 {
	var r syscall.Rusage
	syscall.Getrusage(0, &r)
	return float64(r.Utime.Nano() + r.Stime.Nano())
}

func all(n int, fn func()) {
	var wg sync.WaitGroup
	wg.Add(n)
	for i := 0; i < n; i++ {
		go func() { fn(); wg.Done() }()
	}
	wg.Wait()
}

// Bytes in use of the process.
func memory() float64 {
	var size, pages float64
	statm, _ := os.ReadFile("/proc/self/statm")
	fmt.Sscan(string(statm), &size, &pages)
	return pages * 4096
}

func sleepers(n int) {
	d := 5 * time.Second
	if n > 20000 {
		d = 20 * time.Second
	}
	begin, until, before := cpu(), time.Now().Add(d), memory()
	time.AfterFunc(d/2, func() {
		show("memory_"+strconv.Itoa(n), (memory()-before)/float64(n), "bytes")
	})
	all(n, func() { time.Sleep(time.Until(until)) })
	show("sleepers_"+strconv.Itoa(n), (cpu()-begin)/float64(n), "ns")
}

func cancel(n int) {
	ctx, stop := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Add(n)
	for i := 0; i < n; i++ {
		go func() {
			t := time.NewTimer(time.Hour)
			select {
			case <-t.C:
			case <-ctx.Done():
				t.Stop()
			}
			wg.Done()
		}()
	}
	time.Sleep(100 * time.Millisecond)
	begin := time.Now()
	stop()
	wg.Wait()
	show("cancel_"+strconv.Itoa(n), float64(time.Since(begin))/float64(n), "ns")
}

func serve(path string) {
	l, err := net.Listen("unix", path)
	for err == nil {
		var c net.Conn
		if c, err = l.Accept(); err == nil {
			go func() {
				buf := make([]byte, 4096)
				for {
					n, err := c.Read(buf)
					if err != nil {
						return
					}
					c.Write(buf[:n])
				}
			}()
		}
	}
}

func main() {
	runtime.GOMAXPROCS(1)
	if len(os.Args) == 3 && os.Args[1] == "echo" {
		serve(strings.TrimPrefix(os.Args[2], "unix:"))
		return
	}
	begin := time.Now()
	all(yielders, func() {
		for i := 0; i < yields; i++ {
			runtime.Gosched()
		}
	})
	show("yield", float64(time.Since(begin))/yielders/yields, "ns")
	begin = time.Now()
	for i := 0; i < spawns; i += 1000 {
		all(1000, func() {})
	}
	show("spawn", float64(time.Since(begin))/spawns, "ns")
	begin = time.Now()
	for i := 0; i < scopes; i++ {
		_, stop := context.WithTimeout(context.Background(), time.Second)
		stop()
	}
	show("timeout", float64(time.Since(begin))/scopes, "ns")
	late := make([]float64, wakes)
	for i := range late {
		until := time.Now().Add(time.Millisecond)
		time.Sleep(time.Until(until))
		late[i] = float64(time.Since(until)) / 1000
	}
	sort.Float64s(late)
	show("lateness_p50", late[wakes/2], "us")
	show("lateness_p99", late[wakes*99/100], "us")
	for _, arg := range os.Args[1:] {
		n, _ := strconv.Atoi(arg)
		sleepers(n)
		cancel(n)
	}
}
