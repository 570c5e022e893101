// SPDX-License-Identifier: Apache-2.0
using System.CommandLine;
using Tracer.Daemon;

namespace Tracer.Commands;

/// <summary>How the hooks are chosen; shared by the daemon and by the check that foretells what it will do.</summary>
internal sealed class KernelOptions
{
    private readonly Option<string[]> _hooks = new("--hooks") { HelpName = "FACT=RUNG", Description = "Take this hook for a fact and no other, as in close=kprobe; see closewait check", Arity = ArgumentArity.OneOrMore };
    private readonly Option<string> _btf = new("--btf") { HelpName = "FILE", Description = "Kernel type information [default: /sys/kernel/btf/vmlinux]" };

    public KernelOptions(Command command)
    {
        command.Add(_hooks);
        command.Add(_btf);
    }

    public DaemonOptions Apply(DaemonOptions options, OptionReader reader) => options with
    {
        ForcedHooks = ReadHooks(reader),
        BtfPath = reader.Text(_btf),
    };

    private Dictionary<string, string> ReadHooks(OptionReader reader)
    {
        var hooks = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (OptionValue value in reader.Values(_hooks))
        {
            string[] parts = value.Text.Split('=');
            if (parts.Length != 2 || parts[0].Length == 0 || parts[1].Length == 0)
                throw value.Bad("is not FACT=RUNG");
            if (!hooks.TryAdd(parts[0], parts[1]))
                throw value.Bad($"forces '{parts[0]}' a second time");
        }
        return hooks;
    }
}
