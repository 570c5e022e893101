// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Output;

/// <summary>Ends a command with one line on standard error and an exit code.</summary>
internal sealed class CommandException(int exitCode, string message) : Exception(message)
{
    public int ExitCode { get; } = exitCode;

    /// <summary>What a child process said before it ended; when there is something, it is shown instead of the message.</summary>
    public IReadOnlyList<string> LastWords { get; init; } = [];

    public static CommandException Usage(string message) => new(Output.ExitCode.Usage, message);
}
