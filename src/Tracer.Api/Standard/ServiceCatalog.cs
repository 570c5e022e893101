// SPDX-License-Identifier: Apache-2.0
using Google.Protobuf.Reflection;

namespace Tracer.Api.Standard;

/// <summary>The services this server offers, the files that describe them, and what those declare.</summary>
internal sealed class ServiceCatalog
{
    private readonly HashSet<string> _services = new(StringComparer.Ordinal);
    private readonly Dictionary<string, FileDescriptor> _filesByName = new(StringComparer.Ordinal);
    private readonly Dictionary<string, FileDescriptor> _filesBySymbol = new(StringComparer.Ordinal);
    private readonly HashSet<string> _messages = new(StringComparer.Ordinal);

    public ServiceCatalog(IEnumerable<ServiceDescriptor> services)
    {
        foreach (ServiceDescriptor service in services)
        {
            _services.Add(service.FullName);
            AddFile(service.File);
        }
    }

    /// <summary>Full names, in alphabetical order.</summary>
    public IEnumerable<string> Services => _services.Order(StringComparer.Ordinal);

    public bool HasService(string fullName) => _services.Contains(fullName);

    public bool HasMessage(string fullName) => _messages.Contains(fullName);

    public FileDescriptor? FindFile(string name) => _filesByName.GetValueOrDefault(name);

    public FileDescriptor? FindFileOfSymbol(string fullName) => _filesBySymbol.GetValueOrDefault(fullName);

    /// <summary>Returns a file and everything it imports, directly or not; each once, the file itself first.</summary>
    public static IReadOnlyCollection<FileDescriptor> WithDependencies(FileDescriptor file)
    {
        var found = new OrderedDictionary<string, FileDescriptor>(StringComparer.Ordinal) { [file.Name] = file };
        for (int next = 0; next < found.Count; next++)
        {
            foreach (FileDescriptor dependency in found.GetAt(next).Value.Dependencies)
                found.TryAdd(dependency.Name, dependency);
        }

        return found.Values;
    }

    private void AddFile(FileDescriptor root)
    {
        foreach (FileDescriptor file in WithDependencies(root))
        {
            if (_filesByName.TryAdd(file.Name, file))
                AddSymbols(file);
        }
    }

    private void AddSymbols(FileDescriptor file)
    {
        foreach (ServiceDescriptor service in file.Services)
        {
            _filesBySymbol[service.FullName] = file;
            foreach (MethodDescriptor method in service.Methods)
                _filesBySymbol[method.FullName] = file;
        }

        AddEnums(file.EnumTypes, file.Package, file);
        AddMessages(file.MessageTypes, file);
    }

    private void AddMessages(IList<MessageDescriptor> messages, FileDescriptor file)
    {
        foreach (MessageDescriptor message in messages)
        {
            _messages.Add(message.FullName);
            _filesBySymbol[message.FullName] = file;
            foreach (FieldDescriptor field in message.Fields.InDeclarationOrder())
                _filesBySymbol[field.FullName] = file;
            AddEnums(message.EnumTypes, message.FullName, file);
            AddMessages(message.NestedTypes, file);
        }
    }

    // Protobuf declares the values of an enum beside it, not inside it.
    private void AddEnums(IList<EnumDescriptor> enums, string scope, FileDescriptor file)
    {
        foreach (EnumDescriptor declared in enums)
        {
            _filesBySymbol[declared.FullName] = file;
            foreach (EnumValueDescriptor value in declared.Values)
                _filesBySymbol[scope.Length == 0 ? value.Name : $"{scope}.{value.Name}"] = file;
        }
    }
}
