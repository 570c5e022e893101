// SPDX-License-Identifier: Apache-2.0
using Tracer.Bpf.Probe;

namespace Tracer.Capture;

/// <summary>How to ask the kernel for a hook, and what brings it where it is refused.</summary>
public sealed record HookTrial(Func<ProgramProbe, ProbeResult> Try, KernelNeed Needs);
