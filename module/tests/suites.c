// SPDX-License-Identifier: GPL-2.0
/*
 * cotask tests - the suites of this module
 *
 * The suite without memory is the first, because it has to make the loop of a CPU.
 */
#include <linux/cotask.h>
#include <linux/module.h>

#include "suites.h"

kunit_test_suites(&cotask_oom_suite, &cotask_no_alloc_suite,
		  &cotask_loop_suite, &cotask_task_suite, &cotask_threads_suite,
		  &cotask_cancel_suite, &cotask_timeout_suite,
		  &cotask_group_suite, &cotask_group_cancel_suite,
		  &cotask_deadline_suite, &cotask_coroutine_suite, &cotask_shutdown_suite,
		  &cotask_future_suite, &cotask_ended_suite, &cotask_cycle_suite,
		  &cotask_sleep_suite, &cotask_handle_suite,
		  &cotask_context_suite, &cotask_outside_suite,
		  &cotask_shield_suite, &cotask_gather_suite, &cotask_wait_suite,
		  &cotask_sync_suite, &cotask_eager_suite, &cotask_offload_suite,
		  &cotask_submit_suite, &cotask_inspect_suite,
		  &cotask_stats_suite, &cotask_dump_suite,
		  &cotask_section_suite, &cotask_options_suite,
		  &cotask_wait_for_suite, &cotask_late_suite,
		  &cotask_scopes_suite,
		  &cotask_scenario_group_suite, &cotask_scenario_nested_suite,
		  &cotask_scenario_cancel_suite, &cotask_scenario_timeout_suite,
		  &cotask_scenario_gather_suite, &cotask_scenario_sync_suite,
		  &cotask_scenario_start_suite, &cotask_bounds_suite,
		  &cotask_products_suite, &cotask_driver_suite, &cotask_refused_suite,
		  &cotask_pause_suite, &cotask_forced_suite);

MODULE_DESCRIPTION("KUnit tests of cotask");
MODULE_LICENSE("GPL");
COTASK_IMPORT(COTASK);
COTASK_IMPORT(COTASK_AWAIT);
COTASK_IMPORT(COTASK_TEST);
