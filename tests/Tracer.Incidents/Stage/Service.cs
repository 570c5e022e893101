// SPDX-License-Identifier: Apache-2.0
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Tracer.Harness;

namespace Tracer.Incidents.Stage;

/// <summary>A server of an incident, in a session of its own: what it forks can be found and ended with it.</summary>
internal sealed class Service : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static readonly ConcurrentDictionary<int, string> Sessions = new();

    private readonly Child _child;
    private readonly string _stopSignal;

    static Service() => AppDomain.CurrentDomain.ProcessExit += (_, _) => KillSurvivors();

    private Service(Child child, string name, string stopSignal)
    {
        _child = child;
        _stopSignal = stopSignal;
        Sessions[child.Pid] = name;
    }

    /// <summary>Of the process that was started: setsid only runs the program in its place.</summary>
    public int Pid => _child.Pid;

    public Child Process => _child;

    /// <summary>Pids of the processes that it has forked directly, in the order of their start.</summary>
    public int[] Workers =>
        [.. File.ReadAllText($"/proc/{Pid}/task/{Pid}/children")
            .Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(pid => int.Parse(pid, CultureInfo.InvariantCulture))];

    public static Service Start(string program, params string[] arguments) => StartStoppedBy("TERM", program, arguments);

    /// <summary>The same for a program that ends well at another signal.</summary>
    public static Service StartStoppedBy(string signal, string program, params string[] arguments) =>
        new(Child.Start("setsid", [program, .. arguments]), program, signal);

    /// <summary>What of any service still runs, for people.</summary>
    public static string[] Survivors() => [.. FindSurvivors().Select(pid => $"process {pid} of {Sessions[SessionOf(pid)]}")];

    public string Words() => $"{string.Join('\n', _child.Output)}\n{string.Join('\n', _child.Errors)}";

    public async ValueTask DisposeAsync()
    {
        if (!_child.HasExited)
        {
            await _child.Signal(_stopSignal);
            try
            {
                await _child.WaitForExit(Patience);
            }
            catch (TimeoutException)
            {
                // Disposing the child kills it.
            }
        }
        await _child.DisposeAsync();
        foreach (int pid in FindSurvivors().Where(pid => SessionOf(pid) == Pid))
            Kill(pid);
    }

    private static void KillSurvivors()
    {
        foreach (int pid in FindSurvivors())
            Kill(pid);
    }

    private static IEnumerable<int> FindSurvivors() =>
        from folder in Directory.EnumerateDirectories("/proc")
        let pid = int.TryParse(Path.GetFileName(folder), out int number) ? number : 0
        where pid != 0 && Sessions.ContainsKey(SessionOf(pid))
        select pid;

    // Field 6 of stat; the name before it may hold anything. A zombie is gone but for its parent.
    private static int SessionOf(int pid)
    {
        try
        {
            string stat = File.ReadAllText($"/proc/{pid}/stat");
            string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return fields[0] == "Z" ? 0 : int.Parse(fields[3], CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }

    private static void Kill(int pid)
    {
        try
        {
            using Process process = System.Diagnostics.Process.GetProcessById(pid);
            process.Kill();
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            // It ended by itself.
        }
    }
}
