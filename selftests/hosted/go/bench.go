// SPDX-License-Identifier: GPL-2.0
// cotask benchmark - the same in Go: "bench SLEEPERS..."; with "echo unix:PATH" an echo server,
// with "deadline unix:PATH" one that waits ten seconds for each message
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
	groupSize, moved, items, handed, posted = 1000, 10000, 20000, 20000, 5000
)

// Instructions that do nothing, see mark_amd64.s.
func markBegin()
func markEnd()

func show(row string, value float64, unit string) {
	fmt.Println(row, "go", strconv.FormatFloat(value, 'f', 1, 64), unit)
}

func showCounted(row string, ns float64, n int) {
	show(row, ns/float64(n), "ns "+strconv.Itoa(n))
}

// How long it takes, by operation of @n.
func measure(row string, n int, fn func()) {
	begin := time.Now()
	markBegin()
	fn()
	markEnd()
	showCounted(row, float64(time.Since(begin)), n)
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

// Goroutines that return a number each, and what has started them adds these up.
func sumOfGroup() {
	var wg sync.WaitGroup
	var result [groupSize]int
	wg.Add(groupSize)
	for i := 0; i < groupSize; i++ {
		go func(i int) { result[i] = i; wg.Done() }(i)
	}
	wg.Wait()
	sum := 0
	for _, n := range result {
		sum += n
	}
	if sum != groupSize*(groupSize-1)/2 {
		os.Exit(1)
	}
}

func move() {
	timers := make([]*time.Timer, moved)
	for i := range timers {
		timers[i] = time.NewTimer(time.Hour)
	}
	until := time.Now().Add(2 * time.Hour)
	measure("move", moved, func() {
		for i, t := range timers {
			by := time.Duration(i * 7919 % moved * 1000)
			t.Reset(time.Until(until.Add(by)))
		}
	})
	for _, t := range timers {
		t.Stop()
	}
}

func queue() {
	c := make(chan int, 1)
	go func() {
		for i := 0; i < items; i++ {
			c <- i
		}
	}()
	for i := 0; i < items; i++ {
		<-c
	}
}

// A mutex is not passed to a waiter, so the previous holder yields.
func lock() {
	var mutex sync.Mutex
	all(2, func() {
		for i := 0; i < handed/2; i++ {
			mutex.Lock()
			runtime.Gosched()
			mutex.Unlock()
			runtime.Gosched()
		}
	})
}

// Another thread wakes the goroutine that has asked it to.
func wake() {
	asked, answers := make(chan bool), make(chan bool)
	go func() {
		runtime.LockOSThread()
		for range asked {
			answers <- true
		}
	}()
	measure("wake", posted, func() {
		for i := 0; i < posted; i++ {
			asked <- true
			<-answers
		}
	})
	close(asked)
}

func sleepers(n int) {
	d := 5 * time.Second
	if n > 20000 {
		d = 20 * time.Second
	}
	begin, until, before := cpu(), time.Now().Add(d), memory()
	markBegin()
	time.AfterFunc(d/2, func() {
		show("memory_"+strconv.Itoa(n), (memory()-before)/float64(n), "bytes")
	})
	all(n, func() { time.Sleep(time.Until(until)) })
	markEnd()
	showCounted("sleepers_"+strconv.Itoa(n), cpu()-begin, n)
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
	measure("cancel_"+strconv.Itoa(n), n, func() {
		stop()
		wg.Wait()
	})
}

func echo(c net.Conn, deadline bool) {
	buf := make([]byte, 4096)
	for {
		if deadline {
			c.SetReadDeadline(time.Now().Add(10 * time.Second))
		}
		n, err := c.Read(buf)
		if err != nil {
			return
		}
		c.Write(buf[:n])
	}
}

func serve(path string, deadline bool) {
	l, err := net.Listen("unix", path)
	for err == nil {
		var c net.Conn
		if c, err = l.Accept(); err == nil {
			go echo(c, deadline)
		}
	}
}

func lateness() {
	late := make([]float64, wakes)
	for i := range late {
		until := time.Now().Add(time.Millisecond)
		time.Sleep(time.Until(until))
		late[i] = float64(time.Since(until)) / 1000
	}
	sort.Float64s(late)
	show("lateness_p50", late[wakes/2], "us")
	show("lateness_p99", late[wakes*99/100], "us")
}

func main() {
	runtime.GOMAXPROCS(1)
	if len(os.Args) == 3 && (os.Args[1] == "echo" || os.Args[1] == "deadline") {
		serve(strings.TrimPrefix(os.Args[2], "unix:"), os.Args[1] == "deadline")
		return
	}
	measure("yield", yielders*yields, func() {
		all(yielders, func() {
			for i := 0; i < yields; i++ {
				runtime.Gosched()
			}
		})
	})
	measure("spawn", spawns, func() {
		for i := 0; i < spawns; i += 1000 {
			all(1000, func() {})
		}
	})
	measure("group", spawns, func() {
		for i := 0; i < spawns; i += groupSize {
			sumOfGroup()
		}
	})
	measure("timeout", scopes, func() {
		for i := 0; i < scopes; i++ {
			_, stop := context.WithTimeout(context.Background(), time.Second)
			stop()
		}
	})
	measure("queue", items, queue)
	measure("lock", handed, lock)
	wake()
	lateness()
	for _, arg := range os.Args[1:] {
		n, _ := strconv.Atoi(arg)
		sleepers(n)
		cancel(n)
	}
	move()
}
