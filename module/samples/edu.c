// SPDX-License-Identifier: GPL-2.0
/*
 * cotask sample - a driver for QEMU's "edu" PCI device
 *
 * The device computes factorials, copies memory, and raises an interrupt at the end of
 * an operation.  One coroutine per operation replaces a set of timers, work items,
 * completions and flags; the interrupt handler only completes a completion.  All tasks
 * of a device are in one group.  remove() stops the group at any point; afterwards no
 * code of the driver runs.
 *
 * As a demonstration, a task exercises each device while the device is bound, and
 * processes that have /dev/cotask open can spawn "edu.factorial".
 */
#include <linux/cotask.h>
#include <linux/cotask_body.h>
#include <linux/cotask_scope.h>
#include <linux/cotask_sync.h>
#include <linux/cotask_wait.h>
#include <linux/dma-mapping.h>
#include <linux/interrupt.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/srcu.h>

#define EDU_VENDOR		0x1234
#define EDU_DEVICE		0x11e8

#define EDU_ID			0x00
#define EDU_FACTORIAL		0x08
#define EDU_STATUS		0x20
#define   EDU_COMPUTING		BIT(0)
#define   EDU_IRQ_WHEN_DONE	BIT(7)
#define EDU_IRQ_STATUS		0x24
#define EDU_IRQ_ACK		0x64
#define EDU_DMA_SRC		0x80
#define EDU_DMA_DST		0x88
#define EDU_DMA_COUNT		0x90
#define EDU_DMA_CMD		0x98
#define   EDU_DMA_START		BIT(0)
#define   EDU_DMA_TO_RAM	BIT(1)
#define   EDU_DMA_IRQ		BIT(2)
#define EDU_BUFFER		0x40000
/* Half of the device's 4096 bytes: some versions refuse a transfer up to the end. */
#define EDU_BUFFER_SIZE		2048
#define EDU_DMA_BITS		28

#define EDU_TRIES		14

static unsigned int first_wait_us = 50;
module_param(first_wait_us, uint, 0444);
MODULE_PARM_DESC(first_wait_us, "initial time limit for the device; doubles");

static atomic_t done_ops = ATOMIC_INIT(0);
static atomic_t late_ops = ATOMIC_INIT(0);

static int get_count(char *buf, const struct kernel_param *kp)
{
	return sysfs_emit(buf, "%d\n", atomic_read(kp->arg));
}

static const struct kernel_param_ops count_ops = { .get = get_count };

module_param_cb(done, &count_ops, &done_ops, 0444);
MODULE_PARM_DESC(done, "operations that have succeeded");
module_param_cb(late, &count_ops, &late_ops, 0444);
MODULE_PARM_DESC(late, "times that the device was late");

/**
 * struct edu - one device
 * @mmio: registers of the device
 * @irq: completed by each interrupt
 * @busy: held by the task that uses the device
 * @group: all tasks of the device
 * @exercise: the task that exercises the device
 * @buffer: memory for DMA
 * @dma: bus address of @buffer
 */
struct edu {
	void __iomem *mmio;
	struct cotask_completion irq;
	struct cotask_lock busy;
	struct cotask_group group;
	struct exercise *exercise;
	u8 *buffer;
	dma_addr_t dma;
};

static irqreturn_t edu_irq(int irq, void *data)
{
	struct edu *edu = data;
	u32 status = readl(edu->mmio + EDU_IRQ_STATUS);

	if (!status)
		return IRQ_NONE;
	writel(status, edu->mmio + EDU_IRQ_ACK);
	cotask_complete(&edu->irq);
	return IRQ_HANDLED;
}

static bool edu_busy(struct edu *edu)
{
	return (readl(edu->mmio + EDU_STATUS) & EDU_COMPUTING) ||
	       (readl(edu->mmio + EDU_DMA_CMD) & EDU_DMA_START);
}

/* --- wait for the device, backing off ----------------------------------------- */

struct await_irq {
	struct cotask_frame frame;
	struct edu *edu;
	struct cotask_section section;
	struct cotask_timeout timeout;
	unsigned int tries;
};

/*
 * The device may be late, or the interrupt may be that of an earlier operation.
 *
 * A cancel does not stop the device: it is delivered when the device is idle, so that the next
 * task that uses it can start it.  The number of tries limits how long this takes.
 */
static long await_irq(struct cotask *task, struct cotask_frame *frame)
{
	struct await_irq *me = container_of(frame, struct await_irq, frame);
	struct edu *edu = me->edu;
	long rc;

	CO_BEGIN(task, frame, irq, backoff, idle);

	rc = cotask_shield_enter(task, &me->section, COTASK_FOREVER);
	if (rc)
		return rc;
	for (me->tries = 0; me->tries < EDU_TRIES; me->tries++) {
		CO_TIMEOUT(&me->timeout, first_wait_us * NSEC_PER_USEC << me->tries, rc)
			CO_AWAIT(irq, rc, cotask_completion_wait(task, &edu->irq));
		if ((rc != -ETIMEDOUT && rc < 0) || !edu_busy(edu))
			break;
		atomic_inc(&late_ops);
		CO_AWAIT(backoff, rc, cotask_sleep(task, NSEC_PER_USEC << me->tries));
		if (rc < 0)
			break;
	}
	rc = cotask_shield_exit(&me->section, edu_busy(edu) ? -EIO : 0);
	if (rc)
		return rc;
	/* Here a cancel is delivered. */
	CO_AWAIT(idle, rc, cotask_yield(task));
	return rc;
}

static struct cotask_await edu_wait(struct cotask *task, struct await_irq *w, struct edu *edu)
{
	w->edu = edu;
	return cotask_call(task, cotask_frame_init(&w->frame, await_irq, NULL));
}

/* --- operations ------------------------------------------------------------------ */

struct exercise {
	struct cotask_frame frame;
	struct cotask_frame round;
	struct edu *edu;
	struct await_irq wait;
	u32 n;
	u8 pattern;
};

/* The device ignores a start while it is busy, which it still is if it has been too late. */
static int start_factorial(struct edu *edu, u32 n)
{
	if (edu_busy(edu))
		return -EIO;
	cotask_completion_reset(&edu->irq);
	writel(EDU_IRQ_WHEN_DONE, edu->mmio + EDU_STATUS);
	writel(n, edu->mmio + EDU_FACTORIAL);
	return 0;
}

/* After another operation of the task, so the device is idle. */
static void start_dma(struct edu *edu, bool to_ram)
{
	u64 src = to_ram ? EDU_BUFFER : edu->dma, dst = to_ram ? edu->dma : EDU_BUFFER;

	cotask_completion_reset(&edu->irq);
	writeq(src, edu->mmio + EDU_DMA_SRC);
	writeq(dst, edu->mmio + EDU_DMA_DST);
	writeq(EDU_BUFFER_SIZE, edu->mmio + EDU_DMA_COUNT);
	writeq(EDU_DMA_START | EDU_DMA_IRQ | (to_ram ? EDU_DMA_TO_RAM : 0),
	       edu->mmio + EDU_DMA_CMD);
}

static u32 factorial(u32 n)
{
	u32 product = 1;

	while (n > 1)
		product *= n--;
	return product;
}

/* Compute; write memory to the device, read it back, and compare. */
static long exercise_once(struct cotask *task, struct cotask_frame *frame)
{
	struct exercise *me = container_of(frame, struct exercise, round);
	struct edu *edu = me->edu;
	long rc;

	CO_BEGIN(task, frame, computed, written, read);

	me->n = me->n % 12 + 1;
	rc = start_factorial(edu, me->n);
	if (rc)
		return rc;
	CO_AWAIT(computed, rc, edu_wait(task, &me->wait, edu));
	if (rc < 0)
		return rc;
	if (readl(edu->mmio + EDU_FACTORIAL) != factorial(me->n))
		return -EILSEQ;
	atomic_inc(&done_ops);

	memset(edu->buffer, ++me->pattern, EDU_BUFFER_SIZE);
	start_dma(edu, false);
	CO_AWAIT(written, rc, edu_wait(task, &me->wait, edu));
	if (rc < 0)
		return rc;
	memset(edu->buffer, 0, EDU_BUFFER_SIZE);
	start_dma(edu, true);
	CO_AWAIT(read, rc, edu_wait(task, &me->wait, edu));
	if (rc < 0)
		return rc;
	if (memchr_inv(edu->buffer, me->pattern, EDU_BUFFER_SIZE))
		return -EILSEQ;
	atomic_add(2, &done_ops);
	return 0;
}

/* Repeat until cancelled. */
static long exercise(struct cotask *task, struct cotask_frame *frame)
{
	struct exercise *me = container_of(frame, struct exercise, frame);
	long rc;

	CO_BEGIN(task, frame, locked, done, paused);

	for (;;) {
		CO_AWAIT(locked, rc, cotask_lock_acquire(task, &me->edu->busy));
		if (rc < 0)
			return rc;
		CO_AWAIT(done, rc, cotask_call(task, cotask_frame_init(&me->round,
								       exercise_once, NULL)));
		cotask_lock_release(&me->edu->busy);
		if (rc < 0)
			return rc;
		CO_AWAIT(paused, rc, cotask_sleep(task, NSEC_PER_MSEC));
		if (rc < 0)
			return rc;
	}
}

/* --- for processes ------------------------------------------------------------------ */

/* Jobs of all processes at the same time, which the limits of their files do not count. */
#define JOBS_MAX	1024

/*
 * The device that processes use.  Read under SRCU: a process whose memory cgroup is at its limit
 * may take long to spawn its job, and delays only the device that goes.
 */
static struct edu __rcu *offered;
static DEFINE_MUTEX(offered_lock);	/* changes @offered */
DEFINE_STATIC_SRCU(offered_srcu);

/**
 * struct job - a computation for a process
 * @frame: its coroutine, in the loop of the device
 * @edu: the device, which exists as long as the task's group
 * @n: argument of the factorial
 * @wait: the wait for the interrupt
 */
struct job {
	struct cotask_frame frame;
	struct edu *edu;
	u32 n;
	struct await_irq wait;
};

static long compute(struct cotask *task, struct cotask_frame *frame)
{
	struct job *me = container_of(frame, struct job, frame);
	struct edu *edu = me->edu;
	long rc;

	CO_BEGIN(task, frame, locked, computed);

	CO_AWAIT(locked, rc, cotask_lock_acquire(task, &edu->busy));
	if (rc < 0)
		return rc;
	rc = start_factorial(edu, me->n);
	if (!rc)
		CO_AWAIT(computed, rc, edu_wait(task, &me->wait, edu));
	if (rc >= 0)
		rc = readl(edu->mmio + EDU_FACTORIAL) & INT_MAX;
	cotask_lock_release(&edu->busy);
	return rc;
}

/* The task that the process has spawned, in its own loop: waits for the job. */
struct client {
	struct cotask_frame frame;
	struct cotask *job;
};

static long wait_for_job(struct cotask *task, struct cotask_frame *frame)
{
	struct client *me = container_of(frame, struct client, frame);
	long rc;

	CO_BEGIN(task, frame, done);

	CO_AWAIT(done, rc, cotask_await_across(task, me->job));
	return rc;
}

static void client_release(struct cotask_frame *frame)
{
	struct client *me = container_of(frame, struct client, frame);

	cotask_cancel(me->job);
	cotask_put(me->job);
	kfree(me);
}

/* The caller holds offered_srcu.  The process pays for all of it, task and name included. */
static struct cotask *spawn_job(struct edu *edu, u32 n)
{
	struct job *job = kzalloc(sizeof(*job), GFP_KERNEL_ACCOUNT);

	if (!job)
		return ERR_PTR(-ENOMEM);
	job->edu = edu;
	job->n = n;
	cotask_frame_init(&job->frame, compute, cotask_frame_kfree);
	return cotask_spawn_with(&edu->group, &job->frame,
				 &(struct cotask_spawn_args) {
					.gfp = GFP_KERNEL_ACCOUNT,
					.name = "edu.factorial",
				 });
}

static struct cotask *offered_job(u32 n)
{
	int section = srcu_read_lock(&offered_srcu);
	struct edu *edu = srcu_dereference(offered, &offered_srcu);
	struct cotask *job = edu ? spawn_job(edu, n) : ERR_PTR(-ENODEV);

	srcu_read_unlock(&offered_srcu, section);
	return job;
}

static struct cotask_frame *make_client(const void *arg)
{
	struct client *me = kzalloc(sizeof(*me), GFP_KERNEL_ACCOUNT);
	u32 n = *(const u32 *)arg;

	if (!me)
		return ERR_PTR(-ENOMEM);
	me->job = n > 12 ? ERR_PTR(-ERANGE) : offered_job(n);
	if (IS_ERR(me->job)) {
		struct cotask_frame *error = ERR_CAST(me->job);

		kfree(me);
		return error;
	}
	return cotask_frame_init(&me->frame, wait_for_job, client_release);
}

static struct cotask_body factorial_body = {
	.name = "edu.factorial",
	.owner = THIS_MODULE,
	.arg_size = sizeof(u32),
	.capability = -1,
	.make = make_client,
};

static void offer(struct edu *edu, bool offer)
{
	struct edu *now;

	mutex_lock(&offered_lock);
	now = rcu_dereference_protected(offered, lockdep_is_held(&offered_lock));
	if (offer && !now)
		rcu_assign_pointer(offered, edu);
	else if (!offer && now == edu)
		RCU_INIT_POINTER(offered, NULL);
	mutex_unlock(&offered_lock);
	/* From here on no job begins on a device that goes. */
	if (!offer)
		synchronize_srcu(&offered_srcu);
}

/* --- the driver -------------------------------------------------------------------- */

static int edu_start(struct pci_dev *pdev, struct edu *edu)
{
	const struct cotask_group_options options = { .name = "edu", .limit = JOBS_MAX };
	struct cotask_loop *loop = cotask_cpu_loop(COTASK_THIS_CPU);
	int rc;

	if (IS_ERR(loop))
		return PTR_ERR(loop);
	cotask_completion_init(&edu->irq, loop);
	cotask_lock_init(&edu->busy, loop);
	cotask_group_init(&edu->group);
	rc = request_irq(pci_irq_vector(pdev, 0), edu_irq, IRQF_SHARED, "cotask_edu", edu);
	if (rc)
		goto end_completion;
	rc = cotask_group_configure(&edu->group, &options);
	if (!rc)
		rc = cotask_group_open(&edu->group, loop, 0);
	if (rc)
		goto free_irq;
	edu->exercise->edu = edu;
	rc = cotask_go(&edu->group, cotask_frame_init(&edu->exercise->frame, exercise, NULL));
	if (rc)
		goto stop_group;
	cotask_loop_put(loop);
	return 0;

stop_group:
	cotask_group_stop(&edu->group, 0);
free_irq:
	free_irq(pci_irq_vector(pdev, 0), edu);
end_completion:
	cotask_completion_fini(&edu->irq);
	cotask_loop_put(loop);
	return rc;
}

static int edu_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct edu *edu;
	int rc;

	edu = devm_kzalloc(&pdev->dev, sizeof(*edu), GFP_KERNEL);
	if (!edu)
		return -ENOMEM;
	edu->exercise = devm_kzalloc(&pdev->dev, sizeof(*edu->exercise), GFP_KERNEL);
	if (!edu->exercise)
		return -ENOMEM;
	rc = pcim_enable_device(pdev);
	if (rc)
		return rc;
	edu->mmio = pcim_iomap(pdev, 0, 0);
	if (!edu->mmio)
		return -ENOMEM;
	rc = dma_set_mask_and_coherent(&pdev->dev, DMA_BIT_MASK(EDU_DMA_BITS));
	if (rc)
		return rc;
	edu->buffer = dmam_alloc_coherent(&pdev->dev, EDU_BUFFER_SIZE, &edu->dma, GFP_KERNEL);
	if (!edu->buffer)
		return -ENOMEM;
	pci_set_master(pdev);
	rc = pci_alloc_irq_vectors(pdev, 1, 1, PCI_IRQ_ALL_TYPES);
	if (rc < 0)
		return rc;
	pci_set_drvdata(pdev, edu);
	rc = edu_start(pdev, edu);
	if (rc) {
		pci_free_irq_vectors(pdev);
		return rc;
	}
	offer(edu, true);
	pci_info(pdev, "edu %#x\n", readl(edu->mmio + EDU_ID));
	return 0;
}

static void edu_remove(struct pci_dev *pdev)
{
	struct edu *edu = pci_get_drvdata(pdev);
	int rc;

	offer(edu, false);
	rc = cotask_group_stop(&edu->group, NSEC_PER_SEC);
	/* All tasks have ended.  The device must not write to memory any more. */
	pci_clear_master(pdev);
	free_irq(pci_irq_vector(pdev, 0), edu);
	cotask_completion_fini(&edu->irq);
	pci_free_irq_vectors(pdev);
	cotask_group_fini(&edu->group);
	if (rc)
		pci_err(pdev, "the exercise has failed with %d\n", rc);
}

/* No MODULE_DEVICE_TABLE(): a machine with this device must not load a sample by itself. */
static const struct pci_device_id edu_ids[] = {
	{ PCI_DEVICE(EDU_VENDOR, EDU_DEVICE) },
	{}
};

/* The machine suspends: no task accesses the device until the machine has resumed. */
static int edu_suspend(struct device *dev)
{
	struct edu *edu = dev_get_drvdata(dev);

	return cotask_group_pause(&edu->group);
}

static int edu_resume(struct device *dev)
{
	struct edu *edu = dev_get_drvdata(dev);

	return cotask_group_resume(&edu->group);
}

static DEFINE_SIMPLE_DEV_PM_OPS(edu_pm_ops, edu_suspend, edu_resume);

static struct pci_driver edu_driver = {
	.name = "cotask_edu",
	.id_table = edu_ids,
	.probe = edu_probe,
	.remove = edu_remove,
	.driver.pm = pm_sleep_ptr(&edu_pm_ops),
};

static int __init edu_init(void)
{
	int rc = pci_register_driver(&edu_driver);

	if (rc)
		return rc;
	/* Last: from here on a process may run code of this module. */
	rc = cotask_body_register(&factorial_body);
	if (rc)
		pci_unregister_driver(&edu_driver);
	return rc;
}
module_init(edu_init);

static void __exit edu_exit(void)
{
	cotask_body_unregister(&factorial_body);
	pci_unregister_driver(&edu_driver);
}
module_exit(edu_exit);

MODULE_DESCRIPTION("A driver for QEMU's edu device, made of coroutines");
MODULE_AUTHOR("The cotask authors");
MODULE_LICENSE("GPL");
COTASK_IMPORT(COTASK);
COTASK_IMPORT(COTASK_AWAIT);
