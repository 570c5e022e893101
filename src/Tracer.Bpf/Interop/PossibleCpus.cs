// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Bpf.Interop;

/// <summary>How many CPUs the kernel keeps per-CPU values for; fixed at boot, and not the number of those running.</summary>
internal static class PossibleCpus
{
    private static readonly Lazy<int> s_count = new(Read);

    internal static int Count => s_count.Value;

    private static int Read()
    {
        int count = LibBpf.libbpf_num_possible_cpus();
        return count > 0 ? count : throw new BpfException("count possible CPUs", -count);
    }
}
