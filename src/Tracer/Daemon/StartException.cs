// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Daemon;

/// <summary>The daemon cannot start: one line for the user, and the exit code.</summary>
public sealed class StartException(string reason, int exitCode) : Exception(reason)
{
    public int ExitCode { get; } = exitCode;
}
