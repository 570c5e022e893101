// SPDX-License-Identifier: Apache-2.0
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Filters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Perfolizer.Horology;

namespace Tracer.Benchmarks;

/// <summary>Times the parts that touch no kernel, each alone, and prints one table.</summary>
internal static class Program
{
    private const int UsageError = 2;
    private const int Failed = 6;
    private const int LeastIterations = 8, MostIterations = 20;
    private const int WarmUps = 5;

    private static readonly TimeInterval IterationTime = TimeInterval.FromMilliseconds(100);

    public static int Main(string[] words)
    {
        if (words.Length is 0 or > 2 || words[0].StartsWith('-'))
        {
            Console.Error.WriteLine("usage: Tracer.Benchmarks ARTIFACTS [FILTER]");
            return UsageError;
        }
        AccumulationLogger log = new(); // of every round: of interest when something fails
        ManualConfig config = Configure(words[0], words is [_, var part] ? $"*{part}*" : "*").AddLogger(log);
        Summary[] summaries = BenchmarkRunner.Run(typeof(Program).Assembly, config);
        foreach (Summary summary in summaries)
            MarkdownExporter.Console.ExportToLog(summary, ConsoleLogger.Default);
        if (summaries.Length > 0 && summaries.All(IsComplete))
            return 0;
        Console.Error.WriteLine(log.GetLog());
        return Failed;
    }

    /// <summary>In this process: a toolchain that builds a program of its own would need the sources and the SDK again.</summary>
    private static ManualConfig Configure(string artifacts, string filter) => ManualConfig.CreateEmpty()
        .AddJob(Job.Default
            .WithToolchain(InProcessEmitToolchain.Instance)
            .WithIterationTime(IterationTime)
            .WithWarmupCount(WarmUps)
            .WithMinIterationCount(LeastIterations)
            .WithMaxIterationCount(MostIterations))
        .AddColumnProvider(DefaultColumnProviders.Instance)
        .AddExporter(MarkdownExporter.Default)
        .AddDiagnoser(MemoryDiagnoser.Default)
        .AddFilter(new GlobFilter([filter]))
        .WithArtifactsPath(artifacts)
        .WithOptions(ConfigOptions.JoinSummary | ConfigOptions.DisableLogFile);

    private static bool IsComplete(Summary summary) =>
        !summary.HasCriticalValidationErrors && summary.Reports.Length > 0 && summary.Reports.All(report => report.Success);
}
