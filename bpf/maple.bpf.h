/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef TRACER_MAPLE_H
#define TRACER_MAPLE_H

/*
 * A mapping without the lock that bpf_find_vma() needs: while a program starts
 * its threads somebody holds that lock most of the time, and 10 of 40 walks in a
 * Java pool stopped. The mappings of a process are in a maple tree since 6.1
 * (include/linux/maple_tree.h); its nodes may be read under RCU, as in this
 * program, while they change. What is read is checked where it matters: the
 * mapping has to be of this process and to hold the address.
 */

#define MAPLE_NODE_MASK 255UL /* nodes are aligned: the lower bits of an entry hold their type */
#define MAPLE_TYPE_SHIFT 3
#define MAPLE_TYPE_MASK 15UL
#define MAPLE_DEPTH 8 /* of more mappings than a process may have */

enum maple_type {
	MAPLE_LEAF_64 = 1,
	MAPLE_RANGE_64 = 2,
	MAPLE_ARANGE_64 = 3, /* with gaps: the inner nodes of the mappings' tree */
};

/* The slot of the range that holds the address: each of the pivots is the last address of its slot, the last slot has none. */
static __always_inline __u64 slot_of_ranges(const unsigned long *pivots, __u32 pivot_count, void *const *slots, __u64 address)
{
	unsigned long pivot = 0;
	__u64 slot = 0;
	__u32 i;

	for (i = 0; i < pivot_count; i++) {
		bpf_probe_read_kernel(&pivot, sizeof(pivot), &pivots[i]);
		if (address <= pivot || (!pivot && i)) /* 0: the rest of the node is not used */
			break;
	}
	bpf_probe_read_kernel(&slot, sizeof(slot), &slots[i]);
	return slot;
}

#define ARRAY_LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define slot_in(node, address)                                                                          \
	slot_of_ranges(__builtin_preserve_access_index(&(node)->pivot[0]), ARRAY_LENGTH((node)->pivot), \
		       __builtin_preserve_access_index(&(node)->slot[0]), address)

static __always_inline __u32 maple_type(__u64 entry)
{
	return (entry >> MAPLE_TYPE_SHIFT) & MAPLE_TYPE_MASK;
}

/* What a node has for an address: another node, or of a leaf the mapping; 0: nothing. Not static, so that the verifier looks at it once. */
__noinline __u64 maple_slot(__u64 entry, __u64 address)
{
	__u64 node = entry & ~MAPLE_NODE_MASK;

	switch (maple_type(entry)) {
	case MAPLE_LEAF_64:
	case MAPLE_RANGE_64:
		return slot_in((struct maple_range_64 *)node, address);
	case MAPLE_ARANGE_64:
		return slot_in((struct maple_arange_64 *)node, address);
	default:
		return 0;
	}
}

static __always_inline bool holds(struct vm_area_struct *vma, const struct mm_struct *mm, __u64 address)
{
	return BPF_CORE_READ(vma, vm_mm) == mm && address >= BPF_CORE_READ(vma, vm_start) && address < BPF_CORE_READ(vma, vm_end);
}

/* NULL: none, or it cannot be told. To be read with probe reads. */
static __always_inline struct vm_area_struct *find_mapping_unlocked(__u64 address_space, __u64 address)
{
	const struct mm_struct *mm = (void *)address_space;
	struct vm_area_struct *vma = 0;
	__u64 entry;

	if (!has_kernel_reads || !bpf_core_field_exists(mm->mm_mt))
		return 0;
	entry = (__u64)BPF_CORE_READ(mm, mm_mt.ma_root);
	for (int i = 0; i < MAPLE_DEPTH && !vma; i++) {
		bool is_leaf = maple_type(entry) == MAPLE_LEAF_64;

		entry = maple_slot(entry, address);
		if (!entry)
			return 0;
		if (is_leaf)
			vma = (struct vm_area_struct *)entry;
	}
	return vma && holds(vma, mm, address) ? vma : 0;
}

#endif
