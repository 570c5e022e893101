// SPDX-License-Identifier: Apache-2.0
using Tracer.Harness;

namespace Tracer.Incidents.Stage;

/// <summary>Real software in a folder and on ports of its own, brought to the moment at which somebody asks why.</summary>
internal abstract class Incident : IAsyncDisposable
{
    private const UnixFileMode ForAll = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private readonly ScratchFolder _folder = new();
    private readonly List<Service> _services = [];
    private readonly List<int> _ports = [];
    private readonly List<IDisposable> _kept = [];
    private bool _isOver;

    /// <summary>Where its configuration, its data and its programs lie.</summary>
    public string Folder => _folder.PathOf("").TrimEnd('/');

    /// <summary>All ports that its servers listen on.</summary>
    public IReadOnlyList<int> Ports => _ports;

    /// <summary>Patterns of what may differ between two answers about it beyond numbers, each on one line with single blanks.</summary>
    public virtual IReadOnlyList<string> Varying => [];

    /// <summary>Starts the software, and returns when it serves. Nothing is stuck yet.</summary>
    public abstract Task Start();

    /// <summary>Lets it happen, and returns when the sockets are stuck.</summary>
    public abstract Task Happen();

    /// <summary>Stops everything in the opposite order of its start.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_isOver)
            return;
        _isOver = true;
        _kept.ForEach(kept => kept.Dispose());
        foreach (Service service in Enumerable.Reverse(_services))
            await service.DisposeAsync();
        _folder.Dispose();
    }

    /// <summary>Rows of `ss` in CLOSE_WAIT that have one of our ports at either end.</summary>
    public async Task<SsRow[]> Stuck() =>
        [.. (await SsTable.CloseWaits()).Where(row => _ports.Contains(row.Local.Port) || _ports.Contains(row.Remote.Port))];

    public string PathOf(string name) => _folder.PathOf(name);

    /// <summary>Writes a file into the folder, for users other than root too.</summary>
    public string Write(string name, string text)
    {
        string path = PathOf(name);
        File.WriteAllText(path, text);
        File.SetUnixFileMode(path, ForAll);
        return path;
    }

    /// <summary>Copies a program of Targets/ into the folder.</summary>
    public string Install(string target) => Write(Path.GetFileName(target), File.ReadAllText(Path.Combine(Repository.Sources, "Targets", target)));

    /// <summary>Copies a compiled program into the folder, so that it runs from there.</summary>
    public string InstallProgram(string path)
    {
        string installed = PathOf(Path.GetFileName(path));
        File.Copy(path, installed);
        return installed;
    }

    /// <summary>Lets servers that give up root reach the folder.</summary>
    public void OpenFolder() => File.SetUnixFileMode(Folder, ForAll | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);

    public int NewPort()
    {
        int port = LoopbackPort.Free();
        _ports.Add(port);
        return port;
    }

    /// <summary>Takes over a service that was started for this incident; it ends with it.</summary>
    public Service Run(Service service)
    {
        _services.Add(service);
        return service;
    }

    /// <summary>Takes over something that is to be disposed with the incident, before its services.</summary>
    public T Keep<T>(T kept)
        where T : IDisposable
    {
        lock (_kept)
            _kept.Add(kept);
        return kept;
    }

    /// <summary>Waits until a service listens there. No connection is made: it would be one of the scene.</summary>
    public Task UntilListening(int port) => Deadline.Until(
        $"somebody listens on {port}",
        async () => (await Command.MustRun("ss", "-Hltn", $"sport = :{port}")).Length > 0 ? this : null,
        evidence: Words);

    /// <summary>Waits until so many of its sockets are in CLOSE_WAIT, by `ss`.</summary>
    public Task UntilStuck(int count) =>
        Deadline.Until($"{count} sockets are stuck", async () => (await Stuck()).Length >= count ? this : null, evidence: Words);

    public string Words() => string.Join('\n', _services.Select(service => service.Words()));
}
