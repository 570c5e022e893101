// SPDX-License-Identifier: Apache-2.0
using Microsoft.Extensions.Logging;

namespace Tracer.Api.Hosting;

/// <summary>Writes the server's troubles to stderr, a line each. The framework's own console log brings a thread and a JSON reader.</summary>
internal sealed class ErrorStreamLog : ILoggerProvider
{
    public ILogger CreateLogger(string categoryName) => new Category(categoryName);

    public void Dispose()
    {
        // Nothing is held.
    }

    private sealed class Category(string name) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!IsEnabled(logLevel))
                return;
            string text = $"{(logLevel == LogLevel.Warning ? "warn" : "fail")}: {name}[{eventId.Id}] {formatter(state, exception)} {exception}";
            Console.Error.WriteLine(text.ReplaceLineEndings(" ").TrimEnd());
        }
    }
}
