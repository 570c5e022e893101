// SPDX-License-Identifier: Apache-2.0
using Tracer.Client;
using Tracer.Output;
using Tracer.Output.Top;

namespace Tracer.Commands;

/// <summary>What a command gets from the process it runs in; tests give it a process of their own.</summary>
internal sealed record CommandContext
{
    public required TextWriter Out { get; init; }

    public required TextWriter Error { get; init; }

    public required DaemonEntryPoints Daemon { get; init; }

    /// <summary>How to start this executable again.</summary>
    public required SelfInvocation Self { get; init; }

    public Stream Input { get; init; } = Stream.Null;

    public Func<string, string?> Environment { get; init; } = System.Environment.GetEnvironmentVariable;

    public bool OutIsTerminal { get; init; }

    public bool ErrorIsTerminal { get; init; }

    public int OutWidth { get; init; } = OutputStyle.PlainWidth;

    /// <summary>Opens the terminal for a full screen; null: there is none to draw on, or to read keys from.</summary>
    public Func<Terminal>? OpenTerminal { get; init; }

    public bool IsRoot { get; init; }

    public TimeZoneInfo Zone { get; init; } = TimeZoneInfo.Local;

    public TimeProvider Clock { get; init; } = TimeProvider.System;

    public ClientHost ClientHost => new(IsRoot, Self, Complain);

    /// <summary>Writes one diagnostic line; names in it may come from targets, arguments or the network.</summary>
    public void Complain(string message) => Error.WriteLine("closewait: " + TargetText.Clean(message));

    /// <summary>Says why the command ends.</summary>
    public void Complain(CommandException failure)
    {
        if (failure.LastWords.Count == 0)
            Complain(failure.Message);
        foreach (string line in failure.LastWords)
            Error.WriteLine(TargetText.Clean(line));
    }
}
