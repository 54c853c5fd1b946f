// SPDX-License-Identifier: GPL-2.0
//
// What another program makes of a file of "cotask trace": "consumer.mjs FILE.json...", beside
// node_modules with the trace engine of Chrome's DevTools. Silent if it has found each loop, each
// task and each slice, and has nested none of them in another one.
import fs from 'node:fs';
import process from 'node:process';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

// The engine describes layouts, which these files have none of.
globalThis.DOMRect ??= class {};
const require = createRequire(process.cwd() + '/');
const Trace = await import(pathToFileURL(require.resolve('@paulirish/trace_engine')));
let errors = 0;

function is(what, expected, got)
{
	if (expected === got)
		return;
	errors++;
	console.log(`${what}: expected ${expected}, got ${got}`);
}

// A map of lists: what key() says of each item.
function grouped(items, key)
{
	const groups = new Map();

	for (const item of items)
		groups.set(key(item), [...(groups.get(key(item)) ?? []), item]);
	return groups;
}

function sum(slices)
{
	return slices.reduce((total, s) => total + s.dur, 0);
}

function checkTask(task, slices, thread)
{
	is(`${task}: slices`, slices.length, thread?.entries.length);
	if (!thread)
		return;
	is(`${task}: slices that are in no other one`, slices.length, thread.tree?.roots.size);
	is(`${task}: duration`, sum(slices), sum(thread.entries));
	slices.forEach((s, i) => is(`${task}: slice ${i}`, s.name, thread.entries[i]?.name));
}

async function check(path)
{
	const events = JSON.parse(fs.readFileSync(path)).traceEvents;
	const key = e => `${path}: task ${e.tid} of loop ${e.pid}`;
	const tasks = grouped(events.filter(e => e.ph === 'X'), key);
	const named = grouped(events.filter(e => e.name === 'thread_name'), key);
	const loops = events.filter(e => e.name === 'process_name');
	const model = Trace.TraceModel.Model.createWithAllHandlers();

	await model.parse(structuredClone(events));
	const { data } = model.parsedTrace();
	const threads = grouped(Trace.Handlers.Threads.threadsInTrace(data), key);

	is(`${path}: is of no browser`, true, data.Meta.traceIsGeneric);
	is(`${path}: loops`, loops.length, data.Meta.processNames.size);
	for (const loop of loops)
		is(`${path}: loop ${loop.pid}`, loop.args.name,
		   data.Meta.processNames.get(loop.pid)?.args.name);
	is(`${path}: tasks`, tasks.size, threads.size);
	for (const [task, slices] of tasks) {
		const [thread] = threads.get(task) ?? [];

		is(`${task}: name`, named.get(task)?.[0].args.name, thread?.name);
		checkTask(task, slices, thread);
	}
}

for (const path of process.argv.slice(2))
	await check(path);
process.exit(errors ? 1 : 0);
