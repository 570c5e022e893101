// SPDX-License-Identifier: Apache-2.0
using System.Reflection;

namespace Tracer.Client;

/// <summary>How to start this executable once more.</summary>
internal sealed record SelfInvocation(string Executable, IReadOnlyList<string> LeadingArguments)
{
    /// <summary>The running process image; under the <c>dotnet</c> host the assembly is its first argument.</summary>
    public static SelfInvocation OfThisProcess()
    {
        string executable = Environment.ProcessPath ?? "/proc/self/exe";
        bool isHosted = Path.GetFileName(executable) == "dotnet";
        return new SelfInvocation(executable, isHosted ? [Assembly.GetEntryAssembly()!.Location] : []);
    }
}
