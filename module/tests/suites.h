/* SPDX-License-Identifier: GPL-2.0 */
#ifndef COTASK_TESTS_SUITES_H
#define COTASK_TESTS_SUITES_H

#include <kunit/test.h>

extern struct kunit_suite cotask_loop_suite;
extern struct kunit_suite cotask_task_suite;
extern struct kunit_suite cotask_threads_suite;
extern struct kunit_suite cotask_cancel_suite;
extern struct kunit_suite cotask_timeout_suite;
extern struct kunit_suite cotask_group_suite;
extern struct kunit_suite cotask_group_cancel_suite;
extern struct kunit_suite cotask_shield_suite;
extern struct kunit_suite cotask_deadline_suite;
extern struct kunit_suite cotask_coroutine_suite;
extern struct kunit_suite cotask_shutdown_suite;
extern struct kunit_suite cotask_cycle_suite;
extern struct kunit_suite cotask_future_suite;
extern struct kunit_suite cotask_ended_suite;
extern struct kunit_suite cotask_sleep_suite;
extern struct kunit_suite cotask_handle_suite;
extern struct kunit_suite cotask_context_suite;
extern struct kunit_suite cotask_no_alloc_suite;
extern struct kunit_suite cotask_oom_suite;
extern struct kunit_suite cotask_outside_suite;
extern struct kunit_suite cotask_gather_suite;
extern struct kunit_suite cotask_late_suite;
extern struct kunit_suite cotask_wait_suite;
extern struct kunit_suite cotask_sync_suite;
extern struct kunit_suite cotask_eager_suite;
extern struct kunit_suite cotask_offload_suite;
extern struct kunit_suite cotask_submit_suite;
extern struct kunit_suite cotask_section_suite;
extern struct kunit_suite cotask_options_suite;
extern struct kunit_suite cotask_inspect_suite;
extern struct kunit_suite cotask_stats_suite;
extern struct kunit_suite cotask_dump_suite;
extern struct kunit_suite cotask_wait_for_suite;
extern struct kunit_suite cotask_scopes_suite;
extern struct kunit_suite cotask_scenario_group_suite;
extern struct kunit_suite cotask_scenario_nested_suite;
extern struct kunit_suite cotask_scenario_cancel_suite;
extern struct kunit_suite cotask_scenario_timeout_suite;
extern struct kunit_suite cotask_scenario_gather_suite;
extern struct kunit_suite cotask_scenario_start_suite;
extern struct kunit_suite cotask_bounds_suite;
extern struct kunit_suite cotask_products_suite;
extern struct kunit_suite cotask_driver_suite;
extern struct kunit_suite cotask_refused_suite;
extern struct kunit_suite cotask_pause_suite;
extern struct kunit_suite cotask_forced_suite;
extern struct kunit_suite cotask_scenario_sync_suite;

#endif
