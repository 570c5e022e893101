// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;
using Grpc.Core;
using Tracer.Bench.Experiments;
using Tracer.Bench.Streaming;
using Tracer.Harness;

namespace Tracer.Bench;

/// <summary>Measures the built daemon against its peers and against limits, and prints one table of ratios.</summary>
internal static class Program
{
    private const int Failed = 6;
    private const int Interrupted = 130;
    private const int MostTries = 3;

    private static readonly IExperiment[] All =
    [
        new KernelCost(), new KernelCostOfShape(ConnectionShape.Reset), new KernelCostOfShape(ConnectionShape.KeepAlive),
        new ConnectionTime(), new ConnectionTime(ConnectionShape.Reset), new ConnectionTime(ConnectionShape.KeepAlive),
        new ConnectionRate(), new Losses(), new DescriptorLimit(),
        new SystemCall(), new PingPong(), new SlotPrices(), new RingSizes(),
        new Latency(), new Idle(), new Start(),
        new Inventory(), new Memory(), new MemoryGrowth(),
        new Drain(), new ClientStream(), new CpuPerEvent(), new Growth(),
    ];

    public static async Task<int> Main(string[] words)
    {
        if (words is ["-h" or "--help"] or ["--list"])
            return Tell(words[0]);
        if (words is [StreamServer.Word, var path])
            return await StreamServer.Run(path);
        using CancellationTokenSource stop = new();
        Action<PosixSignalContext> interrupt = context =>
        {
            context.Cancel = true; // what was started is ended first
            stop.Cancel();
        };
        using PosixSignalRegistration onInterrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, interrupt);
        using PosixSignalRegistration onTerminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, interrupt);
        using PosixSignalRegistration onHangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, interrupt);
        try
        {
            return await Run(BenchOptions.Read(words), stop.Token);
        }
        catch (Exception e) when (stop.IsCancellationRequested)
        {
            return Fail(Interrupted, "interrupted" + (e is OperationCanceledException ? "" : " in the middle of a step"));
        }
        catch (BenchException e)
        {
            return Fail(e.ExitCode, e.Message);
        }
        catch (Exception e) when (IsExpected(e))
        {
            return Fail(Failed, e.Message.ReplaceLineEndings(" "));
        }
    }

    private static async Task<int> Run(BenchOptions options, CancellationToken stop)
    {
        IReadOnlyList<IExperiment> chosen = Choose(options);
        if (Prerequisites.Missing is { } missing)
            throw new BenchException(Environment.IsPrivilegedProcess ? 5 : 4, missing);
        await LoadPrograms.Compile();
        for (int tries = 1; ; tries++)
        {
            Lab lab = await Measure(chosen, options, stop);
            if (lab.HasFailed)
                return Failed;
            if (!options.IsQuick)
                return 0;
            Goal[] beyond = RecordedBounds.Exceeded(lab, [.. chosen.SelectMany(experiment => experiment.Goals)]);
            if (beyond.Length == 0)
                return 0;
            if (tries == MostTries)
                return 1;
            // A mistake is there again; the noise of a neighbour is not.
            chosen = [.. chosen.Where(experiment => experiment.Goals.Intersect(beyond).Any())];
        }
    }

    private static async Task<Lab> Measure(IReadOnlyList<IExperiment> chosen, BenchOptions options, CancellationToken stop)
    {
        Lab lab = new(options, stop);
        string[] machine = [.. MachineFacts.Lines()];
        try
        {
            foreach (IExperiment experiment in chosen)
                await Conduct(experiment, lab);
        }
        finally
        {
            // What was measured before somebody interrupted is worth as much as ever.
            ResultTable.Write(Console.Out, lab, machine, chosen.SelectMany(experiment => experiment.Goals));
        }

        return lab;
    }

    /// <summary>What goes wrong in one experiment is said, and costs the others nothing.</summary>
    private static async Task Conduct(IExperiment experiment, Lab lab)
    {
        try
        {
            await experiment.Run(lab);
        }
        catch (Exception e) when (!lab.Stop.IsCancellationRequested && IsExpected(e))
        {
            lab.Fail($"{experiment.Goals[0].Name}: {e.Message.ReplaceLineEndings(" ")}");
        }
    }

    private static bool IsExpected(Exception e) => e is TimeoutException or InvalidOperationException or IOException or RpcException or BenchException;

    private static IReadOnlyList<IExperiment> Choose(BenchOptions options)
    {
        foreach (string row in options.Rows.Where(row => !All.Any(experiment => Has(experiment, row))))
            throw new BenchException(2, $"no row '{row}'; ./build.sh bench --list names them");
        return [.. All.Where(experiment => options.Rows.Count == 0 ? !options.IsQuick || experiment.IsQuick : options.Rows.Any(row => Has(experiment, row)))];
    }

    private static bool Has(IExperiment experiment, string row) => experiment.Goals.Any(goal => goal.Name == row);

    private static int Tell(string word)
    {
        if (word != "--list")
            Console.WriteLine(BenchOptions.Help);
        else
            foreach (Goal goal in All.SelectMany(experiment => experiment.Goals))
                Console.WriteLine($"{goal.Name,-24} {goal.What}");
        return 0;
    }

    private static int Fail(int code, string message)
    {
        Console.Error.WriteLine("bench: " + message);
        return code;
    }
}
