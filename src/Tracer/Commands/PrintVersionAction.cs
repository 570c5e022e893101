// SPDX-License-Identifier: Apache-2.0
using System.CommandLine;
using System.CommandLine.Invocation;
using Tracer.Output;

namespace Tracer.Commands;

/// <summary>closewait --version.</summary>
internal sealed class PrintVersionAction(TextWriter output) : SynchronousCommandLineAction
{
    public override int Invoke(ParseResult parseResult)
    {
        output.WriteLine($"closewait {typeof(PrintVersionAction).Assembly.GetName().Version!.ToString(3)}");
        return ExitCode.Ok;
    }
}
