// SPDX-License-Identifier: Apache-2.0
namespace Tracer;

/// <summary>A named thread whose failure stops the daemon loudly instead of leaving it half alive.</summary>
public sealed class WorkerThread
{
    private readonly CancellationTokenSource _cancel = new();
    private readonly Thread _thread;

    public WorkerThread(string name, Action<CancellationToken> run, Action stopDaemon) =>
        _thread = new Thread(() => RunGuarded(name, run, stopDaemon)) { Name = name, IsBackground = true };

    public bool Failed { get; private set; }

    public void Start() => _thread.Start();

    /// <summary>Cancels and waits for the end; harmless if it never started.</summary>
    public void Stop()
    {
        _cancel.Cancel();
        if ((_thread.ThreadState & ThreadState.Unstarted) == 0)
            _thread.Join();
        _cancel.Dispose();
    }

    private void RunGuarded(string name, Action<CancellationToken> run, Action stopDaemon)
    {
        try
        {
            run(_cancel.Token);
        }
        catch (Exception e)
        {
            Failed = true;
            Console.Error.WriteLine($"closewait: the {name} thread failed, stopping: {e}");
            stopDaemon();
        }
    }
}
