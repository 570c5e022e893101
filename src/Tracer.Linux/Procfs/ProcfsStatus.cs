// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Linux.Procfs;

/// <summary>How a look into procfs ended; a vanished process is an ordinary answer.</summary>
public enum ProcfsStatus
{
    Ok,
    ProcessGone,
    NotPermitted,
    Malformed,
    Failed,
}
