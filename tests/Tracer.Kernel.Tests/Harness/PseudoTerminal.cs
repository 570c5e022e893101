// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using System.Text;
using Tracer.Harness;
using Xunit;

namespace Tracer.Kernel.Tests.Harness;

/// <summary>The executable on a terminal of its own (Targets/terminal.c), as large as terminals used to be.</summary>
internal sealed class PseudoTerminal : IAsyncDisposable
{
    private readonly Child _child;
    private int _read;
    private string[]? _end;

    private PseudoTerminal(Child child) => _child = child;

    /// <summary>Of the executable.</summary>
    public int Pid { get; private set; }

    public TerminalScreen Screen { get; } = new(80, 24);

    public static async Task<PseudoTerminal> Start(params string[] arguments)
    {
        PseudoTerminal terminal = new(Child.Start(TargetPrograms.PathOf("terminal"), ["80", "24", Repository.Executable, .. arguments]));
        await terminal.Until("it has a process id", () => terminal.Pid != 0);
        return terminal;
    }

    public Task Type(string keys) => _child.WriteLine(Convert.ToHexString(Encoding.UTF8.GetBytes(keys)));

    public Task UntilShown(string text) => Until($"'{text}' is on the screen", () => Screen.ToString().Contains(text, StringComparison.Ordinal));

    public Task UntilNotShown(string text) => Until($"'{text}' is not on the screen", () => !Screen.ToString().Contains(text, StringComparison.Ordinal));

    /// <summary>Waits for the end, asserts that it left the terminal as it was, and returns the exit code.</summary>
    public async Task<int> End()
    {
        await Until("it has ended", () => _end is not null);
        Assert.Equal((false, true, false), (Screen.IsAlternate, Screen.IsCursorShown, Screen.IsKeypadChanged));
        Assert.Equal("kept", _end![1]); // which of the settings has changed
        Assert.Empty(Screen.Faults);
        return int.Parse(_end[0], CultureInfo.InvariantCulture);
    }

    public async ValueTask DisposeAsync()
    {
        // At the end of its input the relay ends the executable.
        _child.CloseInput();
        await _child.WaitForExit();
        await _child.DisposeAsync();
    }

    private Task Until(string what, Func<bool> condition) => Deadline.Until(
        what,
        () =>
        {
            Take();
            return condition();
        },
        evidence: () => $"{string.Join('\n', _child.Errors)}\n{Screen}");

    private void Take()
    {
        foreach (string line in _child.Output.Skip(_read))
        {
            _read++;
            string[] words = line.Split(' ');
            if (words[0] == "out")
                Screen.Write(Convert.FromHexString(words[1]));
            else if (words[0] == "pid")
                Pid = int.Parse(words[1], CultureInfo.InvariantCulture);
            else
                _end = words[1..];
        }
    }
}
