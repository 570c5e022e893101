// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Bpf;

/// <summary>Where the warnings of libbpf and the kernel's verifier go; nowhere unless set.</summary>
public static class BpfLog
{
    /// <summary>Called on the thread that called into this library, once per line, after the call has ended.</summary>
    public static Action<string>? Sink { get; set; }
}
