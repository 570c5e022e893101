// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using Tracer.Linux.Files;
using Tracer.Linux.Procfs;
using Tracer.Stacks.Runtimes;

namespace Tracer.Stacks.DotNet;

/// <summary>
/// Takes a jit dump of a running process: switched on, which writes all that is compiled, switched off, read, removed. It costs the process a few
/// per cent for as long as it is on, so it is on only until it answers. There is one dump per process: whoever else takes one at the same time gets in
/// the way.
/// </summary>
internal sealed class JitDump(TargetProcess process, DotNetSettings settings, DiagnosticPort port)
{
    // Thousands of methods take under 100 ms; the limit is for a process that never answers.
    private static readonly TimeSpan EnableLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan DisableLimit = TimeSpan.FromSeconds(1);

    private readonly string _name = string.Create(CultureInfo.InvariantCulture, $"jit-{process.NamespacePid}.dump");
    private bool _mustDisable;

    /// <summary>What the runtime did with the last request.</summary>
    internal enum Outcome
    {
        Taken,

        /// <summary>The runtime gave up writing; what came before was taken.</summary>
        Partly,

        /// <summary>This runtime cannot write one: too old, or its folder is not writable; or it writes one for somebody else.</summary>
        Impossible,
        NoAnswer,
    }

    internal Outcome Take(CodeTableBuilder table)
    {
        string[] folders = [.. Folders().Distinct()];
        Repair(folders);
        // Somebody else's: it is complete, and stays as it is.
        if (IsWritten())
            return folders.Max(folder => Read(folder, before: null, table, remove: false)) == DumpState.None ? Outcome.Impossible : Outcome.Taken;
        // Switching the dump off would end somebody's perf map too.
        if (settings.WritesPerfMap)
            return Outcome.Impossible;

        FileIdentity?[] before = [.. folders.Select(Identify)];
        PortAnswer enabled = port.EnableJitDump(EnableLimit);
        Disable();
        var state = DumpState.None;
        for (int i = 0; i < folders.Length; i++)
            state = (DumpState)Math.Max((int)state, (int)Read(folders[i], before[i], table, remove: true));
        return (enabled, state) switch
        {
            (PortAnswer.None, _) => Outcome.NoAnswer,
            (PortAnswer.Refused, _) or (_, DumpState.None) => Outcome.Impossible,
            (_, DumpState.CutOff) => Outcome.Partly,
            _ => Outcome.Taken,
        };
    }

    /// <summary>Makes up for a request that was not answered: the dump must not stay on.</summary>
    internal void Repair() => Repair([.. Folders().Distinct()]);

    private void Repair(string[] folders)
    {
        if (!_mustDisable)
            return;
        Disable();
        foreach (string folder in folders)
            Read(folder, before: null, new CodeTableBuilder(maxPieces: 0), remove: true);
    }

    // Also after a request without an answer: it may be carried out later, and requests are served in their order.
    private void Disable()
    {
        _mustDisable = port.DisableJitDump(DisableLimit) == PortAnswer.None && port.DisableJitDump(DisableLimit) == PortAnswer.None;
    }

    // The runtime maps the first page of the dump for as long as it writes it.
    private bool IsWritten() =>
        process.Mappings.Any(mapping => mapping.IsExecutable && mapping.Inode != 0 && !mapping.IsDeleted && mapping.Path.EndsWith("/" + _name, StringComparison.Ordinal));

    // Which one depends on the version.
    private IEnumerable<string> Folders() =>
        settings.DumpFolder.Length > 0 ? [settings.DumpFolder] : [DotNetSettings.DefaultFolder, settings.TempFolder];

    private FileIdentity? Identify(string path)
    {
        using TargetFolder? folder = OpenFolder(path);
        TargetFile? file = null;
        folder?.OpenFile(_name, process.EffectiveUid ?? uint.MaxValue, out file);
        using (file)
            return file?.Identity;
    }

    private DumpState Read(string path, FileIdentity? before, CodeTableBuilder table, bool remove)
    {
        using TargetFolder? folder = OpenFolder(path);
        TargetFile? opened = null;
        folder?.OpenFile(_name, process.EffectiveUid ?? uint.MaxValue, out opened);
        using TargetFile? file = opened;
        // Unchanged: the leaving of another process that had this pid.
        if (file is null || file.Identity == before)
            return DumpState.None;
        DumpState state = JitDumpReader.Read(file.Read, table);
        if (remove && state != DumpState.None)
            folder!.Remove(_name, file);
        return state;
    }

    private TargetFolder? OpenFolder(string path) =>
        TargetFolder.Open(process.Root, process.Pid, path, out TargetFolder? folder) == ProcfsStatus.Ok ? folder : null;
}
