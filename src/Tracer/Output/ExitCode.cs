// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Output;

/// <summary>What the exit codes of every command mean.</summary>
internal static class ExitCode
{
    public const int Ok = 0;

    /// <summary>A finding fulfils the condition of --fail-on.</summary>
    public const int Findings = 1;
    public const int Usage = 2;
    public const int CannotConnect = 3;
    public const int NotPermitted = 4;
    public const int KernelUnsupported = 5;
    public const int Failure = 6;
}
