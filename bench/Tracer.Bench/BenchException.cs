// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Bench;

/// <summary>Something that a person has to mend, in one line.</summary>
internal sealed class BenchException(int exitCode, string message) : Exception(message)
{
    public int ExitCode => exitCode;
}
