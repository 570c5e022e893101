// SPDX-License-Identifier: Apache-2.0
using Tracer.Daemon;

namespace Tracer.Commands;

/// <summary>
/// The commands that touch the kernel. They are named only in Program.cs, so that a client command cannot load libbpf by accident.
/// </summary>
internal sealed record DaemonEntryPoints(
    Func<DaemonOptions, CancellationToken, Task<int>> RunDaemon,
    Func<DaemonOptions, bool, TextWriter, int> CheckKernel);
