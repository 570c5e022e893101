// SPDX-License-Identifier: Apache-2.0
using Tracer.Linux.Interop;

namespace Tracer.Bpf.Probe;

/// <summary>Whether the kernel permitted something when it was tried; if not, its errno and one plain line.</summary>
public readonly record struct ProbeResult(bool Works, int ErrorNumber, string Reason)
{
    internal static ProbeResult Success => new(true, 0, "");

    internal static ProbeResult Failure(string what, int errorNumber, string detail = "")
    {
        string reason = $"{what}: {Errno.Describe(errorNumber)}";
        return new ProbeResult(false, errorNumber, detail.Length == 0 ? reason : $"{reason}: {detail}");
    }
}
