// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Bpf.Interop;

/// <summary>enum bpf_map_type, linux/bpf.h: the ones this program treats specially.</summary>
internal static class BpfMapTypes
{
    internal const int PerCpuHash = 5;
    internal const int PerCpuArray = 6;
    internal const int LruPerCpuHash = 10;
    internal const int SkStorage = 24;
    internal const int InodeStorage = 28;
    internal const int RingBuffer = 27;
    internal const int TaskStorage = 29;
}
