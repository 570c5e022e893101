// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Linux.Procfs;

/// <summary>What procfs says about one process. Texts are sanitized; a text that could not be read is empty.</summary>
/// <param name="Pid">Process id in the reader's pid namespace.</param>
/// <param name="StartBoottimeNs">Start since boot, rounded down to 10 ms.</param>
/// <param name="Comm">Name of the main thread.</param>
/// <param name="Exe">Path of the executable in its mount namespace, without the kernel's deleted mark.</param>
/// <param name="IsExeDeleted">The executable was removed or replaced after the start.</param>
/// <param name="Cmdline">Arguments joined by spaces, cut off.</param>
/// <param name="Uid">Effective user id; null when not readable.</param>
/// <param name="Cgroup">Cgroup v2 path; on a v1 host that of systemd's hierarchy.</param>
/// <param name="Unit">systemd unit; empty when there is none.</param>
/// <param name="ContainerId">64 hex digits; empty outside a container.</param>
/// <param name="NamespacePid">Process id in its own pid namespace; 0 when not known.</param>
/// <param name="ThreadCount">Number of threads.</param>
/// <param name="Group">Topmost ancestor that runs the same executable, or the process itself.</param>
public sealed record ProcessDetails(
    uint Pid,
    ulong StartBoottimeNs,
    string Comm,
    string Exe,
    bool IsExeDeleted,
    string Cmdline,
    uint? Uid,
    string Cgroup,
    string Unit,
    string ContainerId,
    uint NamespacePid,
    uint ThreadCount,
    ProcessIdentity Group);
