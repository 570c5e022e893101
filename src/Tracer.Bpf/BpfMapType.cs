// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Bpf;

/// <summary>enum bpf_map_type, linux/bpf.h: the kinds of map this program may use.</summary>
public enum BpfMapType
{
    Hash = 1,
    Array = 2,
    PerCpuHash = 5,
    PerCpuArray = 6,
    StackTrace = 7,
    LruHash = 9,
    LruPerCpuHash = 10,
    RingBuffer = 27,
}
