// SPDX-License-Identifier: Apache-2.0
using Tracer.Tests.Fake;

namespace Tracer.Tests.Output.Profiles;

/// <summary>The files are what their readers expect: asked of the published schema and of pprof itself.</summary>
public sealed class ForeignReaderTests : IDisposable
{
    // Compiled by the validator as the schema says; a schema that names no profile type would accept anything.
    private const string ValidateScript = """
        const fs = require('fs');
        const Ajv = require('ajv');
        const schema = JSON.parse(fs.readFileSync(process.argv[1]));
        const validate = new Ajv({ strict: false }).compile(schema);
        const file = JSON.parse(fs.readFileSync(process.argv[2]));
        const isValid = validate(file);
        delete file.shared;
        console.log(JSON.stringify({ isValid, errors: isValid ? [] : validate.errors, isNonsenseValid: validate(file) }));
        """;

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Speedscope_files_follow_the_published_schema()
    {
        string schema = Path.Combine(ChildProcess.NodeModules, "speedscope", "dist", "release", "file-format-schema.json");
        Assert.True(File.Exists(schema), "the npm packages are missing: ./build.sh test installs them");
        string file = await WriteAsync("speedscope", "--slot", "all");
        await using ChildProcess node = ChildProcess.StartReader("node", "-e", ValidateScript, schema, file);
        CommandRun run = await node.WaitAsync();
        Assert.Equal(("""{"isValid":true,"errors":[],"isNonsenseValid":false}""", ""), (run.Out.TrimEnd(), run.Error));
    }

    [Fact]
    public async Task Pprof_reads_functions_lines_and_labels()
    {
        string raw = await PprofAsync(await WriteAsync("pprof"), "-raw");
        Assert.Contains("sockets/count", raw, StringComparison.Ordinal);
        Assert.Contains("OrderRepo.begin /srv/app/orders.py:41", raw, StringComparison.Ordinal);
        Assert.Contains("pid:[900 pid]", raw, StringComparison.Ordinal);
        Assert.Contains("comm:[orders]", raw, StringComparison.Ordinal);
        Assert.Contains("slot:[origin]", raw, StringComparison.Ordinal);
        Assert.Contains("/opt/game/server abcd", raw, StringComparison.Ordinal);
        // One location with two lines: the inlined function and the one it is in.
        Assert.Matches(@"(?m)^ +\d+: 0x1088 M=\d+ app::pool\S*::open pool\.h:7:?.*\n +app::serve", raw);
    }

    [Fact]
    public async Task Pprof_counts_sockets()
    {
        string top = await PprofAsync(await WriteAsync("pprof"), "-top", "-cum");
        Assert.Contains("of 10 total", top, StringComparison.Ordinal);
        Assert.Matches(@"(?m)^ +0 +0%\s.* 5 50\.00%  OrderRepo\.begin", top);
        string focused = await PprofAsync(await WriteAsync("pprof"), "-top", "-tagfocus=comm=orders");
        Assert.Contains("5, 50.00% of 10 total", focused, StringComparison.Ordinal);
    }

    private static async Task<string> PprofAsync(string file, params string[] arguments)
    {
        await using ChildProcess pprof = ChildProcess.StartReader("go", ["tool", "pprof", .. arguments, file]);
        CommandRun run = await pprof.WaitAsync();
        Assert.True(run.ExitCode == 0, run.Error);
        return run.Out;
    }

    private async Task<string> WriteAsync(string format, params string[] arguments)
    {
        string path = _folder.PathOf(format);
        await using FakeHost host = await FakeHost.StartAsync(new FakeService { Sockets = StackSamples.Sockets(), Stacks = StackSamples.Stacks() });
        CommandRun run = await CommandRun.AtAsync(host, ["stacks", "--format", format, "-o", path, .. arguments]);
        Assert.Equal("", run.Error);
        return path;
    }
}
