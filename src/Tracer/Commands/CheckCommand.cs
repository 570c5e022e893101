// SPDX-License-Identifier: Apache-2.0
using System.CommandLine;

namespace Tracer.Commands;

/// <summary>closewait check: what this kernel allows, and what is lost where it does not.</summary>
internal static class CheckCommand
{
    public static Command Create(CommandContext context)
    {
        var command = new Command("check", "What this kernel allows, which hook each fact will come from, and what is missing");
        var kernel = new KernelOptions(command);
        var json = new Option<bool>("--json") { Description = "One JSON object per line" };
        command.Add(json);
        command.SetAction(parsed =>
        {
            var reader = new OptionReader(parsed);
            return context.Daemon.CheckKernel(kernel.Apply(new(), reader), reader.Flag(json), context.Out);
        });
        return command;
    }
}
