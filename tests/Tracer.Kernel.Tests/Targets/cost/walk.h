/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WALK_H
#define WALK_H

#define WALK_SAMPLES 65536

/* One send: what its stack cost to walk, in both ways. */
struct walk_sample {
	__u64 clock_ns; /* of reading the clock twice */
	__u64 kernel_ns;
	__u64 hybrid_ns;
	__u64 path_ns; /* call_path(), which spares most walks */
	__u64 hybrid_id;
	__u32 kernel_frames;
	__u32 hybrid_frames;
	__u32 hybrid_end;
	__u32 hybrid_flags;
};

#endif
